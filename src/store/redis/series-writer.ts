/**
 * Samples into Redis: one APPEND per key and batch, and SADD only for names that are new here.
 *
 * After a batch of which nobody knows what became of it, the ends of the keys are read first, and
 * only what does not stand there is appended. A row stands there when the last point of its time has
 * its value. NodeLink sees to it that nothing of the first attempt is still to come.
 */
import type { ErrorReply } from "redis";
import type { Clock } from "../../base/clock.ts";
import type { SampleBatch } from "../../model/index.ts";
import type { KeySpace } from "./key-space.ts";
import type { Reply } from "./node-link.ts";
import { alignedStart } from "./point-columns.ts";
import { PointReader, PointWriter } from "./points.ts";
import { remoteErrorOf } from "./redis-errors.ts";
import type { RedisLedger } from "./redis-ledger.ts";
import type { KeyedCommand, ServerLink } from "./server-link.ts";

/** Names in one SADD. */
const namesPerCommand = 512;
/** Of a key's end that is looked at before a repeat: some 20 minutes at one point in 10 s. */
const lookBackBytes = 2048;
/** Whole values that are read at a time where that is not enough. */
const wholeValuesPerPipeline = 16;
export interface SeriesWriterParts {
  readonly link: ServerLink;
  readonly spaces: readonly KeySpace[];
  readonly ledger: RedisLedger;
  readonly clock: Clock;
  readonly replicaCount: number;
}

interface Group {
  readonly name: string;
  /** Rows of the batch, in their order. */
  readonly rows: Uint32Array;
}

export class SeriesWriter {
  readonly #link: ServerLink;
  readonly #spaces: readonly KeySpace[];
  readonly #ledger: RedisLedger;
  readonly #clock: Clock;
  readonly #replicaCount: number;
  readonly #points = new PointWriter();

  constructor({ link, spaces, ledger, clock, replicaCount }: SeriesWriterParts) {
    this.#replicaCount = replicaCount;
    this.#link = link;
    this.#spaces = spaces;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Resolves when every row stands in every space; see `RemoteSeries.write`. */
  async write(batch: SampleBatch, isRepeat: boolean): Promise<void> {
    const groups = groupByName(batch);
    const { refusedSampleCount } = this.#ledger;
    if (isRepeat) this.#ledger.retryCount += 1;
    for (const [i, space] of this.#spaces.entries()) {
      const missing = isRepeat ? await this.#missing(space, batch, groups) : groups;
      await this.#append(space, batch, missing, i === 0);
    }
    const refusedCount = this.#ledger.refusedSampleCount - refusedSampleCount;
    this.#ledger.writtenSampleCount += batch.count - refusedCount;
    this.#ledger.lastWriteMs = this.#clock.nowMs();
  }

  async #append(
    space: KeySpace,
    batch: SampleBatch,
    groups: readonly Group[],
    isCounted: boolean,
  ): Promise<void> {
    const ends = this.#encode(batch, groups);
    const points = this.#points.take();
    const commands: KeyedCommand[] = [];
    const unregistered: string[] = [];
    for (const [i, { name }] of groups.entries()) {
      const key = space.keyOf(name);
      const bytes = points.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
      commands.push({ key, args: ["APPEND", key, bytes] });
      const id = space.enter(name);
      if (id === undefined || space.isRegistered[id] === 0) unregistered.push(name);
    }
    commands.push(...registrations(space, unregistered));
    const replies = await this.#link.run(commands, this.#replicaCount);

    const nowMs = this.#clock.nowMs();
    const made: string[] = [];
    for (const [i, { name, rows }] of groups.entries()) {
      const reply = replies[i];
      if (reply instanceof Error) {
        this.#noteRefused(space.keyOf(name), reply, isCounted ? rows.length : 0);
        continue;
      }
      const id = space.find(name);
      if (id === undefined || typeof reply !== "number") continue;
      const bytes = points.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
      const firstMs = batch.timesMs[rows[0]!]!;
      const isMade = space.noteAppended(id, bytes, reply, { firstMs, nowMs });
      // Whoever deleted the key took it out of the set too.
      if (isMade && space.isRegistered[id] === 1) made.push(name);
    }
    throwFirst(this.#link, replies.slice(groups.length));
    throwFirst(this.#link, await this.#link.run(registrations(space, made), this.#replicaCount));
    for (const name of unregistered) {
      const id = space.find(name);
      if (id !== undefined) space.isRegistered[id] = 1;
    }
    this.#ledger.writtenBytes += points.length;
  }

  /** Encodes group after group. @returns where each one's points end */
  #encode({ timesMs, values, types }: SampleBatch, groups: readonly Group[]): Uint32Array {
    const ends = new Uint32Array(groups.length);
    for (const [i, { rows }] of groups.entries()) {
      for (const row of rows) this.#points.add(timesMs[row]!, values[row]!, types?.[row] ?? 0);
      ends[i] = this.#points.length;
    }
    return ends;
  }

  /** A key that holds something else must not stop all the others; anything else must. */
  #noteRefused(key: string, reply: ErrorReply, rowCount: number): void {
    if (!/^WRONGTYPE|^ERR string exceeds maximum/.test(reply.message)) {
      throw remoteErrorOf(this.#link.description, reply);
    }
    this.#ledger.report(key, reply.message.startsWith("WRONGTYPE") ? "wrong-type" : "too-long");
    this.#ledger.refusedSampleCount += rowCount;
  }

  /** The groups with only those rows that do not stand in the space. */
  async #missing(
    space: KeySpace,
    batch: SampleBatch,
    groups: readonly Group[],
  ): Promise<readonly Group[]> {
    const replies = await this.#link.run(
      groups.map(({ name }) => {
        const key = space.keyOf(name);
        return { key, args: ["GETRANGE", key, String(-lookBackBytes), "-1"] };
      }),
      // What the first attempt wrote may not have reached them.
      this.#replicaCount,
    );
    const missing: Group[] = [];
    const unclear: Group[] = [];
    for (const [i, group] of groups.entries()) {
      const bytes = this.#bytesOf(replies[i]);
      const isWhole = bytes.length < lookBackBytes;
      const start = isWhole ? 0 : alignedStart(bytes);
      if (start < 0 || !(isWhole || reachesBefore(bytes, start, oldestOf(batch, group)))) {
        unclear.push(group);
      } else pushMissing(missing, batch, group, lastValues(bytes, start));
    }
    for (let from = 0; from < unclear.length; from += wholeValuesPerPipeline) {
      const part = unclear.slice(from, from + wholeValuesPerPipeline);
      const keys = part.map(({ name }) => space.keyOf(name));
      const values = await this.#link.run(keys.map((key) => ({ key, args: ["GET", key] })));
      for (const [i, group] of part.entries()) {
        pushMissing(missing, batch, group, lastValues(this.#bytesOf(values[i]), 0));
      }
    }
    return missing;
  }

  /** Nothing where the key is not there or no string; any other error says nothing of the key. */
  #bytesOf(reply: Reply | undefined): Buffer {
    if (reply instanceof Buffer) return reply;
    if (reply instanceof Error && !reply.message.startsWith("WRONGTYPE")) {
      throw remoteErrorOf(this.#link.description, reply);
    }
    return noBytes;
  }
}

const noBytes = Buffer.alloc(0);

function groupByName({ count, names, nameEnds }: SampleBatch): Group[] {
  const found = new Map<string, number>();
  const groupOf = new Uint32Array(count);
  const counts: number[] = [];
  // The names are ours and never longer than the columns, so views on them may be read as text.
  const text = Buffer.from(names.buffer, names.byteOffset, names.byteLength);
  for (let row = 0, start = 0; row < count; row++) {
    const end = nameEnds[row]!;
    const name = text.toString("utf8", start, end);
    start = end;
    let group = found.get(name);
    if (group === undefined) {
      group = counts.length;
      found.set(name, group);
      counts.push(0);
    }
    groupOf[row] = group;
    counts[group]! += 1;
  }
  const order = new Uint32Array(count);
  const next = new Uint32Array(counts.length);
  const groups: Group[] = [];
  let at = 0;
  for (const name of found.keys()) {
    const group = groups.length;
    next[group] = at;
    groups.push({ name, rows: order.subarray(at, at + counts[group]!) });
    at += counts[group]!;
  }
  for (let row = 0; row < count; row++) order[next[groupOf[row]!]!++] = row;
  return groups;
}

function registrations(space: KeySpace, names: readonly string[]): KeyedCommand[] {
  const commands: KeyedCommand[] = [];
  for (let from = 0; from < names.length; from += namesPerCommand) {
    const keys = names.slice(from, from + namesPerCommand).map((name) => space.keyOf(name));
    commands.push({ key: space.setKey, args: ["SADD", space.setKey, ...keys] });
  }
  return commands;
}

function throwFirst(link: ServerLink, replies: readonly unknown[]): void {
  const failed = replies.find((reply) => reply instanceof Error);
  if (failed !== undefined) throw remoteErrorOf(link.description, failed);
}

/**
 * Whether the points go back to before `timeMs`, so that one of that time would be among them. Of
 * several, since the first may be read across two where the cut fell badly.
 */
function reachesBefore(bytes: Buffer, start: number, timeMs: number): boolean {
  const reader = new PointReader(bytes, start);
  for (let i = 0; i < 4; i++)
    if (reader.next() === "point" && reader.timeMs >= timeMs) return false;
  return true;
}

function oldestOf({ timesMs }: SampleBatch, { rows }: Group): number {
  let oldestMs = Infinity;
  for (const row of rows) oldestMs = Math.min(oldestMs, timesMs[row]!);
  return oldestMs;
}

function lastValues(bytes: Buffer, start: number): Map<number, number> {
  const values = new Map<number, number>();
  const reader = new PointReader(bytes, start);
  for (let kind = reader.next(); kind !== "none"; kind = reader.next()) {
    if (kind === "point") values.set(reader.timeMs, reader.value);
  }
  return values;
}

function pushMissing(
  missing: Group[],
  { timesMs, values }: SampleBatch,
  { name, rows }: Group,
  present: Map<number, number>,
): void {
  const left = rows.filter((row) => {
    const timeMs = timesMs[row]!;
    const value = values[row]!;
    if (Object.is(present.get(timeMs), value)) return false;
    present.set(timeMs, value);
    return true;
  });
  if (left.length > 0) missing.push({ name, rows: left });
}
