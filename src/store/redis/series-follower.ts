/**
 * What other programs append to the same keys, a few seconds after they did.
 *
 * Each look at a key asks for what stands from its known tail on, some forty bytes where nothing is
 * new. Where the tail stands where it stood, the rest was appended since. Where it does not, the
 * value was rewritten (a roomba cut old points off and put the rest in order, late ones of the last seconds
 * among them): all of the last minutes counts as new, read from near the end where the tail stands there,
 * and else from the whole value.
 *
 * Keys to which others were lately seen to append are looked at in every round, those that we write
 * ourselves and that grew by what we wrote need no look, and the rest takes turns.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { type SampleBatch, SampleBatchBuilder } from "../../model/index.ts";
import { type KeySpace, tailBytes } from "./key-space.ts";
import { alignedStart, decodePoints } from "./point-columns.ts";
import { numberOf } from "./node-link.ts";
import type { RedisLedger } from "./redis-ledger.ts";
import type { SeriesNames } from "./series-names.ts";
import { valueBytesMax } from "./series-values.ts";
import type { ServerLink } from "./server-link.ts";

export interface SeriesFollowerParts {
  readonly link: ServerLink;
  readonly space: KeySpace;
  readonly names: SeriesNames;
  readonly ledger: RedisLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

type OnSamples = (batch: SampleBatch) => Promise<void>;

const keysPerPipeline = 256;
/** Whole values may be large. */
const wholeValuesPerPipeline = 16;
/** Of a value's end, where its tail is looked for when it has moved: `lateMaxMs` at a point a second. */
const lookBackBytes = 16_384;
const rowsPerBatch = 8192;
/** The set of names is read this often. */
const listIntervalMs = 30_000;
/** A key is looked at in every round as long after others were seen to append to it. */
const livelyMs = 600_000;
/** Any other key is looked at this often. */
const idleCheckMs = 60_000;
/** What the original's listeners took of late samples, and some more. */
const lateMaxMs = 1_100_000;

export class SeriesFollower {
  readonly #parts: SeriesFollowerParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: SeriesFollowerParts) {
    this.#parts = parts;
  }

  /** Looks again and again, `intervalMs` after the last round has ended. */
  start(onSamples: OnSamples): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.lookOnce(onSamples)
        .catch((error: unknown) => {
          this.#parts.logger.debug("could not look for what others wrote", {
            reason: error instanceof Error ? error.message : String(error),
          });
        })
        .finally(() => this.start(onSamples));
    }, this.#parts.intervalMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One round. */
  async lookOnce(onSamples: OnSamples): Promise<void> {
    const { space, names, clock } = this.#parts;
    await names.refresh(listIntervalMs);
    const builder = new SampleBatchBuilder(rowsPerBatch);
    const outlet = new Outlet(builder, onSamples);
    const nowMs = clock.nowMs();
    const seen: number[] = [];
    const unseen: number[] = [];
    for (let id = 0; id < space.idCount; id++) {
      if (space.nameOf(id) === undefined) continue;
      if (Number.isNaN(space.knownBytes[id])) unseen.push(id);
      else {
        const isLively = nowMs - space.foreignMs[id]! < livelyMs;
        if (isLively || nowMs - space.checkedMs[id]! >= idleCheckMs) seen.push(id);
      }
    }
    const moved: number[] = [];
    for (let from = 0; from < seen.length && !this.#isStopped; from += keysPerPipeline) {
      const ids = seen.slice(from, from + keysPerPipeline);
      moved.push(...(await this.#lookBehindTails(ids, outlet)));
    }
    const whole = unseen;
    for (let from = 0; from < moved.length && !this.#isStopped; from += keysPerPipeline) {
      const ids = moved.slice(from, from + keysPerPipeline);
      whole.push(...(await this.#lookForTails(ids, outlet)));
    }
    for (let from = 0; from < whole.length && !this.#isStopped; from += wholeValuesPerPipeline) {
      await this.#readWhole(whole.slice(from, from + wholeValuesPerPipeline), outlet);
    }
    await outlet.flush();
  }

  /** @returns those whose tail is not where it was */
  async #lookBehindTails(ids: readonly number[], outlet: Outlet): Promise<number[]> {
    const { link, space, clock } = this.#parts;
    const looks = ids.map((id) => {
      const tail = Buffer.from(space.tailOf(id));
      return { id, tail, name: space.nameOf(id) ?? "", from: space.knownBytes[id]! - tail.length };
    });
    const replies = await link.run(
      looks.map(({ name, from }) => {
        const key = space.keyOf(name);
        return { key, args: ["GETRANGE", key, String(from), "-1"] };
      }),
    );
    const nowMs = clock.nowMs();
    const moved: number[] = [];
    for (const [i, { id, tail, name, from }] of looks.entries()) {
      const reply = replies[i];
      if (space.nameOf(id) !== name || reply instanceof Error) continue;
      const bytes = reply instanceof Buffer ? reply : Buffer.alloc(0);
      if (bytes.length < tail.length || !bytes.subarray(0, tail.length).equals(tail)) {
        moved.push(id);
        continue;
      }
      const added = bytes.subarray(tail.length);
      await this.#take(id, added, { bytes, valueBytes: from + bytes.length, nowMs }, outlet);
    }
    return moved;
  }

  /** Values that lost their beginning. @returns those whose tail is not near the end either */
  async #lookForTails(ids: readonly number[], outlet: Outlet): Promise<number[]> {
    const { link, space, clock } = this.#parts;
    const looks = ids.map((id) => {
      const name = space.nameOf(id) ?? "";
      const tail = Buffer.from(space.tailOf(id));
      return { id, name, key: space.keyOf(name), tail, checkedMs: space.checkedMs[id]! };
    });
    const replies = await link.run(
      looks.flatMap(({ key }) => [
        { key, args: ["GETRANGE", key, String(-lookBackBytes), "-1"] },
        { key, args: ["STRLEN", key] },
      ]),
    );
    const nowMs = clock.nowMs();
    const lost: number[] = [];
    for (const [i, { id, name, tail, checkedMs }] of looks.entries()) {
      const bytes = replies[2 * i];
      const valueBytes = numberOf(replies[2 * i + 1]);
      if (space.nameOf(id) !== name || !(bytes instanceof Buffer)) continue;
      const hasTail = tail.length === tailBytes && bytes.includes(tail);
      const start = hasTail ? alignedStart(bytes) : -1;
      // The two answers may be of different moments; then they belong to no one value.
      if (start < 0) lost.push(id);
      else {
        const seen = { bytes, valueBytes, nowMs };
        await this.#take(id, bytes.subarray(start), seen, outlet, checkedMs - lateMaxMs);
      }
    }
    return lost;
  }

  async #readWhole(ids: readonly number[], outlet: Outlet): Promise<void> {
    const { link, space, ledger, clock } = this.#parts;
    const looks = ids.map((id) => ({
      id,
      name: space.nameOf(id) ?? "",
      isNew: Number.isNaN(space.knownBytes[id]),
      checkedMs: space.checkedMs[id]!,
    }));
    const keys = looks.map(({ name }) => space.keyOf(name));
    const lengths = await link.run(keys.map((key) => ({ key, args: ["STRLEN", key] })));
    const readable = looks.filter((_, i) => {
      if (!(numberOf(lengths[i]) > valueBytesMax)) return true;
      ledger.report(keys[i] ?? "", "too-long");
      return false;
    });
    const replies = await link.run(
      readable.map(({ name }) => ({ key: space.keyOf(name), args: ["GET", space.keyOf(name)] })),
    );
    const nowMs = clock.nowMs();
    for (const [i, { id, name, isNew, checkedMs }] of readable.entries()) {
      const reply = replies[i];
      if (space.nameOf(id) !== name || reply instanceof Error) continue;
      const bytes = reply instanceof Buffer ? reply : Buffer.alloc(0);
      const seen = { bytes, valueBytes: bytes.length, nowMs };
      await this.#take(id, bytes, seen, outlet, isNew ? -Infinity : checkedMs - lateMaxMs);
    }
  }

  /** Hands on the points of `added`, and keeps what was seen of the value. */
  async #take(
    id: number,
    added: Buffer,
    { bytes, valueBytes, nowMs }: { bytes: Buffer; valueBytes: number; nowMs: number },
    outlet: Outlet,
    sinceMs = -Infinity,
  ): Promise<void> {
    const { space, ledger } = this.#parts;
    const name = space.nameOf(id) ?? "";
    space.checkedMs[id] = nowMs;
    if (added.length === 0) {
      if (valueBytes !== space.knownBytes[id]) space.noteSeen(id, bytes, valueBytes);
      return;
    }
    const range = { fromMs: Math.max(sinceMs, nowMs - space.keptMs), untilMs: Infinity };
    const { columns, oddCount, unreadBytes } = decodePoints(added, range);
    ledger.oddPointCount += oddCount;
    if (unreadBytes > 0) ledger.report(space.keyOf(name), "unreadable");
    space.noteSeen(id, bytes, valueBytes);
    space.foreignMs[id] = nowMs;
    ledger.followedSampleCount += columns.timesMs.length;
    await outlet.add(name, columns.timesMs, columns.values);
  }
}

/** Gathers rows into batches and hands them on. */
class Outlet {
  readonly #builder: SampleBatchBuilder;
  readonly #onSamples: OnSamples;
  readonly #encoder = new TextEncoder();

  constructor(builder: SampleBatchBuilder, onSamples: OnSamples) {
    this.#builder = builder;
    this.#onSamples = onSamples;
  }

  async add(name: string, timesMs: Float64Array, values: Float64Array): Promise<void> {
    const bytes = this.#encoder.encode(name);
    for (const [i, timeMs] of timesMs.entries()) {
      if (this.#builder.isFull) await this.flush();
      this.#builder.add(bytes, 0, bytes.length, timeMs, values[i]!);
    }
  }

  async flush(): Promise<void> {
    if (this.#builder.count > 0) await this.#onSamples(this.#builder.take());
  }
}
