/** Claims and episodes on a real OpenSearch, beat by beat. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "../../../test/support/opensearch.ts";
import { describeWith } from "../../../test/support/requirements.ts";
import { ManualClock, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { type Episode, partitionCount, partitionOfName } from "../../model/index.ts";
import { EngineClient } from "../client.ts";
import { ClaimKeeper } from "./claim-keeper.ts";
import { EpisodeExchange } from "./episode-exchange.ts";

const leaseMs = 25_000;

interface Process {
  readonly keeper: ClaimKeeper;
  readonly clock: ManualClock;
  readonly held: Set<number>;
}

describeWith(openSearch, "several processes on a real OpenSearch", () => {
  let url: string;
  let client: EngineClient;
  let prefix: string;
  let sessions: number;

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
  }, openSearchPatienceMs);
  beforeEach(() => {
    prefix = uniquePrefix();
    sessions = 0;
  });
  afterEach(() => removeByPrefix(url, prefix), 60_000);
  afterAll(() => {
    client.close();
  });

  function join(processId: string): Process {
    const clock = new ManualClock(systemClock.nowMs());
    const held = new Set<number>();
    const keeper = new ClaimKeeper(
      {
        ...{ client, clock, prefix, processId, leaseMs },
        logger: silentLogger,
        session: `session-${++sessions}`,
        label: `the page of ${processId}`,
        beatIntervalMs: 5000,
      },
      {
        onTaken: (partitions) => {
          for (const partition of partitions) held.add(partition);
        },
        onDropped: (partitions) => {
          for (const partition of partitions) held.delete(partition);
          return Promise.resolve();
        },
        seriesCount: () => 7,
      },
    );
    return { keeper, clock, held };
  }

  /** Five seconds in the life of each. */
  async function pass(...processes: readonly Process[]): Promise<void> {
    for (const { clock } of processes) clock.advance(5000);
    for (const { keeper } of processes) await keeper.beat();
  }

  function expectShared(...processes: readonly Process[]): void {
    const all = processes.flatMap(({ held }) => [...held]);
    expect(all).toHaveLength(partitionCount);
    expect(new Set(all).size).toBe(partitionCount);
    const sizes = processes.map(({ held }) => held.size);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }

  test("one takes all; each that comes takes its share and nothing else moves", async () => {
    const a = join("a");
    await pass(a);
    expectShared(a);
    const b = join("b");
    await pass(b, a);
    await pass(b, a);
    expectShared(a, b);
    const before = [new Set(a.held), new Set(b.held)] as const;
    const c = join("c");
    for (let i = 0; i < 3; i++) await pass(c, a, b);
    expectShared(a, b, c);
    for (const partition of a.held) expect(before[0]).toContain(partition);
    for (const partition of b.held) expect(before[1]).toContain(partition);
    expect(a.keeper.report()).toMatchObject({ heldCount: a.held.size, problem: undefined });
    expect(
      a.keeper
        .report()
        .processes.map(({ heldCount }) => heldCount)
        .sort(),
    ).toEqual([21, 21, 22]);
  });

  test("the share of one that died goes to the others when its lease ends, not before", async () => {
    const [a, b, c] = [join("a"), join("b"), join("c")];
    for (let i = 0; i < 4; i++) await pass(a, b, c);
    expectShared(a, b, c);
    const bHeld = new Set(b.held);
    for (let i = 0; i < leaseMs / 5000 - 1; i++) await pass(a, c);
    expect(a.held.size + c.held.size + bHeld.size).toBe(partitionCount);
    for (let i = 0; i < 3; i++) await pass(a, c);
    expectShared(a, c);
    // It was only asleep: what others took is no longer its own.
    await pass(b);
    expect(b.held.size).toBe(0);
    for (let i = 0; i < 3; i++) await pass(a, b, c);
    expectShared(a, b, c);
  });

  test("one that leaves gives its share up at once", async () => {
    const [a, b] = [join("a"), join("b")];
    for (let i = 0; i < 3; i++) await pass(a, b);
    await b.keeper.stop();
    expect(b.held.size).toBe(0);
    await pass(a);
    expectShared(a);
    expect(a.keeper.report().processes).toHaveLength(1);
  });

  test("one that starts again goes on with what it had", async () => {
    const [a, b] = [join("a"), join("b")];
    for (let i = 0; i < 3; i++) await pass(a, b);
    const again = join("a");
    await pass(again, b);
    expect(again.held).toEqual(a.held);
    expectShared(again, b);
  });

  test("all at once, nobody gets what another one has", async () => {
    const all = ["a", "b", "c", "d"].map(join);
    for (let i = 0; i < 5; i++) {
      for (const { clock } of all) clock.advance(5000);
      // The index is being made by one of them: the others come again with the next beat.
      await Promise.all(all.map(({ keeper }) => keeper.beat().catch(() => undefined)));
    }
    for (let i = 0; i < 3; i++) await pass(...all);
    expectShared(...all);
  });

  test("a copy of a data folder is noticed, and the one that is told judges nothing", async () => {
    const [a, twin] = [join("a"), join("a")];
    await pass(a);
    await pass(twin);
    await pass(a);
    expect(a.held.size).toBe(0);
    expect(a.keeper.report().problem).toContain("copy of this data folder");
    expectShared(twin);
  });

  test("episodes of one are told to the others, and found by who takes their series over", async () => {
    const told: Episode[][] = [[], []];
    const clock = new ManualClock(systemClock.nowMs());
    const [one, two] = ["a", "b"].map(
      (processId, i) =>
        new EpisodeExchange({
          ...{ client, clock, prefix, processId },
          logger: silentLogger,
          intervalMs: 1000,
          retentionMs: 86_400_000,
          onForeign: (episodes) => told[i]!.push(...episodes),
        }),
    );
    const open = episodeOf("web.load", clock.nowMs());
    const ended = { ...episodeOf("db.load", clock.nowMs()), endedMs: clock.nowMs() };
    one!.publish([
      { change: "started", episode: open },
      { change: "ended", episode: ended },
    ]);
    await one!.exchange();
    expect(one!.waitingCount).toBe(0);
    expect(await two!.active([partitionOfName("web.load"), partitionOfName("db.load")])).toEqual([
      open,
    ]);
    await two!.exchange();
    await two!.exchange();
    expect(told).toEqual([[], expect.arrayContaining([open, ended])]);
    expect(told[1]).toHaveLength(2);

    clock.advance(2000);
    one!.publish([{ change: "changed", episode: { ...open, observed: 9 } }]);
    await one!.exchange();
    await two!.active([0]);
    await two!.exchange();
    expect(told[1]!.at(-1)).toMatchObject({ id: open.id, observed: 9 });
  });
});

function episodeOf(name: string, startedMs: number): Episode {
  return {
    id: `${startedMs}-${name.length}`,
    name,
    startedMs,
    lastSeenMs: startedMs,
    endedMs: null,
    endReason: null,
    before: 1,
    observed: 5,
    peak: 5,
    peakMs: startedMs,
    expected: null,
    checks: [],
    voteCount: 6,
    sentence: "1 → 5",
  };
}
