import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { batchOf } from "../../model/index.ts";
import { KeySpace } from "./key-space.ts";
import type { Reply } from "./node-link.ts";
import { RedisLedger } from "./redis-ledger.ts";
import { SeriesWriter } from "./series-writer.ts";
import type { KeyedCommand, ServerLink } from "./server-link.ts";

/** Answers every command by its name, and remembers them. */
class ScriptedLink implements ServerLink {
  readonly description = "scripted";
  readonly isReachable = true;
  readonly problem = undefined;
  readonly lossCount = 0;
  readonly commands: string[] = [];
  readonly #replies: Readonly<Record<string, Reply>>;

  constructor(replies: Readonly<Record<string, Reply>>) {
    this.#replies = replies;
  }

  run(commands: readonly KeyedCommand[]): Promise<Reply[]> {
    const names = commands.map(({ args: [name] }) => String(name));
    this.commands.push(...names);
    return Promise.resolve(names.map((name) => this.#replies[name] ?? null));
  }

  close(): void {
    // Nothing is open.
  }
}

function writerOn(link: ServerLink): SeriesWriter {
  const space = new KeySpace({ prefix: "metrics.", keptMs: 87_000_000, seriesCountMax: 100 });
  const ledger = new RedisLedger();
  return new SeriesWriter({
    link,
    spaces: [space],
    ledger,
    clock: new ManualClock(1_795_000_000_000),
    replicaCount: 0,
  });
}

test.each([
  ["LOADING Redis is loading the dataset in memory", "REMOTE_UNREACHABLE"],
  ["NOPERM this user has no permissions to run the 'getrange' command", "REMOTE_DENIED"],
])("SeriesWriter does not take %j for an empty key, nor writes then", async (reply, code) => {
  const link = new ScriptedLink({ GETRANGE: new ErrorReply(reply), APPEND: 15, SADD: 1 });
  const writing = writerOn(link).write(batchOf([["a", 1000, 1]]), true);
  await expect(writing).rejects.toMatchObject({ code });
  expect(link.commands).toEqual(["GETRANGE"]);
});

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "REMOTE_REFUSED"],
  ["MISCONF Redis is configured to save RDB snapshots", "REMOTE_REFUSED"],
  ["READONLY You can't write against a read only replica.", "REMOTE_UNREACHABLE"],
  ["CLUSTERDOWN The cluster is down", "REMOTE_UNREACHABLE"],
  ["NOAUTH Authentication required.", "REMOTE_DENIED"],
  ["ERR unknown command", "REMOTE_REFUSED"],
])("SeriesWriter rejects with what Redis says: %j", async (reply, code) => {
  const link = new ScriptedLink({ APPEND: new ErrorReply(reply), SADD: 1 });
  const writing = writerOn(link).write(batchOf([["a", 1000, 1]]), false);
  await expect(writing).rejects.toMatchObject({ code });
});
