/** Whole values of keys: read, decoded, and what they tell kept in the key space. */
import type { ErrorReply } from "redis";
import type { Clock } from "../../base/clock.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import { RemoteError, type ScannedSeries, type ScanRequest } from "../remote/remote-series.ts";
import type { KeySpace } from "./key-space.ts";
import { numberOf, type Reply } from "./node-link.ts";
import { decodePoints, firstTimeOf } from "./point-columns.ts";
import { remoteErrorOf } from "./redis-errors.ts";
import type { RedisLedger } from "./redis-ledger.ts";
import { askOne, type ServerLink } from "./server-link.ts";

/** A day of one point a second is 1.6 MB; beyond this somebody never trimmed. */
export const valueBytesMax = 64 << 20;
const keysPerPipeline = 256;
/** Values are asked for together up to this many bytes. */
const pipelineBytesMax = 8 << 20;

export interface SeriesValuesParts {
  readonly link: ServerLink;
  readonly space: KeySpace;
  readonly ledger: RedisLedger;
  readonly clock: Clock;
}

export class SeriesValues {
  readonly #link: ServerLink;
  readonly #space: KeySpace;
  readonly #ledger: RedisLedger;
  readonly #clock: Clock;

  constructor({ link, space, ledger, clock }: SeriesValuesParts) {
    this.#link = link;
    this.#space = space;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** @returns undefined where there is no such key; rejects where it is longer than is ever read */
  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    const key = this.#space.keyOf(name);
    if (numberOf(await askOne(this.#link, key, "STRLEN", key)) > valueBytesMax) {
      this.#ledger.report(key, "too-long");
      const message = `Redis ${this.#link.description}: ${JSON.stringify(key)} is longer than 64 MiB and is not read`;
      throw new RemoteError("REMOTE_CORRUPT", message);
    }
    const value = await askOne(this.#link, key, "GET", key);
    if (!(value instanceof Buffer)) return undefined;
    return this.#decode(key, value, range);
  }

  /** Every series of the names, a bounded number of bytes at a time. */
  async *scan(
    names: readonly string[],
    { range, onProgress }: Pick<ScanRequest, "range" | "onProgress">,
  ): AsyncGenerator<ScannedSeries> {
    let doneCount = 0;
    for (let from = 0; from < names.length; from += keysPerPipeline) {
      const part = names.slice(from, from + keysPerPipeline);
      for (const group of await this.#bySize(part)) {
        for (const [i, value] of (await this.#values(group)).entries()) {
          const name = group[i];
          if (name === undefined || value === undefined) continue;
          const columns = this.#take(name, value, range);
          if (columns.timesMs.length > 0) yield { name, columns };
        }
      }
      doneCount += part.length;
      onProgress(doneCount, names.length);
    }
  }

  /** The names in groups whose values together are of a bearable size. */
  async #bySize(names: readonly string[]): Promise<string[][]> {
    const keys = names.map((name) => this.#space.keyOf(name));
    const lengths = await this.#link.run(keys.map((key) => ({ key, args: ["STRLEN", key] })));
    const groups: string[][] = [];
    let group: string[] = [];
    let groupBytes = 0;
    for (const [i, name] of names.entries()) {
      const bytes = this.#lengthOf(keys[i] ?? "", lengths[i]);
      if (bytes === 0) continue;
      if (groupBytes + bytes > pipelineBytesMax && group.length > 0) {
        groups.push(group);
        group = [];
        groupBytes = 0;
      }
      group.push(name);
      groupBytes += bytes;
    }
    if (group.length > 0) groups.push(group);
    return groups;
  }

  /** @returns 0 where there is nothing to be read */
  #lengthOf(key: string, reply: Reply | undefined): number {
    if (reply instanceof Error) {
      this.#noteUnusable(key, reply);
      return 0;
    }
    const bytes = numberOf(reply);
    if (bytes <= valueBytesMax) return bytes;
    this.#ledger.report(key, "too-long");
    return 0;
  }

  async #values(names: readonly string[]): Promise<(Buffer | undefined)[]> {
    const keys = names.map((name) => this.#space.keyOf(name));
    const replies = await this.#link.run(keys.map((key) => ({ key, args: ["GET", key] })));
    return replies.map((reply, i) => {
      if (reply instanceof Buffer) return reply;
      if (reply instanceof Error) this.#noteUnusable(keys[i] ?? "", reply);
      return undefined;
    });
  }

  #take(name: string, value: Buffer, range: TimeRange): SampleColumns {
    const space = this.#space;
    const id = space.enter(name);
    if (id !== undefined) {
      space.noteSeen(id, value, value.length);
      space.checkedMs[id] = this.#clock.nowMs();
      space.firstMs[id] = firstTimeOf(value);
    }
    return this.#decode(space.keyOf(name), value, range);
  }

  #decode(key: string, value: Buffer, range: TimeRange): SampleColumns {
    const { columns, oddCount, unreadBytes } = decodePoints(value, range);
    this.#ledger.oddPointCount += oddCount;
    if (unreadBytes > 0) this.#ledger.report(key, "unreadable");
    else this.#ledger.clear(key);
    return columns;
  }

  /** One key that is something else costs itself; any other error is not about the key. */
  #noteUnusable(key: string, reply: ErrorReply): void {
    const error = remoteErrorOf(this.#link.description, reply);
    if (!(error instanceof RemoteError) || error.code !== "REMOTE_CORRUPT") throw error;
    this.#ledger.report(key, "wrong-type");
  }
}
