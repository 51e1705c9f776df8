/**
 * The hours that this writer has open: of which series, and with which points. It is what stands in the
 * index of open hours, kept here too so that a growing hour need not be read back before each write.
 *
 *     rows ─→ gather ─→ points of the hour ─→ written, every flush ─→ done: packed, sealed, forgotten
 *
 * Samples of any age open their hour again; after a while of quiet it is sealed as a document beside
 * the first, and readers join the two.
 */
import { hash } from "node:crypto";
import {
  hashName,
  type SampleBatch,
  type SampleColumns,
  shardOf,
  statedBits,
} from "../../model/index.ts";
import { HourPoints } from "./hour-points.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** Into how many parts the series are divided, by a hash of the name; processes share them. */
export const partitionCount = 64;

/** Characters of base64 taken of a hash as a document's id: 120 bits. */
const idLength = 20;

export interface OpenSeries {
  readonly name: string;
  readonly id: string;
  readonly partition: number;
  /** Day since 1970 of which the index of names knows that it was heard of; -1 for none. */
  seenDay: number;
  /** What senders stated of it, see stated-type.ts; it travels with the documents of its hours. */
  stated: number;
  /** By hour since 1970. */
  readonly hours: Map<number, OpenHour>;
}

export interface OpenHour {
  readonly series: OpenSeries;
  /** Since 1970. */
  readonly hour: number;
  readonly points: HourPoints;
  /** Not yet written as it is. */
  isDirty: boolean;
  /** Stamp of its newest content. Later content of any document of the hour has a later one. */
  writtenMs: number;
  touchedMs: number;
  readonly pendingMs: number[];
  readonly pendingValues: number[];
}

/** What a document tells of an hour beside its points. */
export interface RestoredHour {
  readonly name: string;
  readonly hour: number;
  readonly writtenMs: number;
  readonly stated: number;
}

export class OpenHours {
  readonly #series = new Map<string, OpenSeries>();
  readonly #decoder = new TextDecoder();
  #hourCount = 0;
  #stampMs = 0;

  get hourCount(): number {
    return this.#hourCount;
  }

  get(name: string): OpenSeries | undefined {
    return this.#series.get(name);
  }

  all(): IterableIterator<OpenSeries> {
    return this.#series.values();
  }

  /** Takes in every row. @returns the hours that they changed, which are to be written */
  take(batch: SampleBatch, nowMs: number): OpenHour[] {
    const touched = new Set<OpenHour>();
    let start = 0;
    for (let row = 0; row < batch.count; row++) {
      const end = batch.nameEnds[row]!;
      const name = this.#decoder.decode(batch.names.subarray(start, end));
      start = end;
      const open = this.#open(name, Math.floor(batch.timesMs[row]! / hourMs));
      open.series.stated |= (batch.types?.[row] ?? 0) & statedBits;
      open.pendingMs.push(batch.timesMs[row]!);
      open.pendingValues.push(batch.values[row]!);
      touched.add(open);
    }
    this.#stampMs = Math.max(nowMs, this.#stampMs + 1);
    for (const open of touched) {
      open.points.add(takePending(open));
      open.isDirty = true;
      open.writtenMs = this.#stampMs;
      open.touchedMs = nowMs;
    }
    return [...touched];
  }

  /** An hour as an earlier run of this writer left it in the cluster. */
  restore({ name, hour, writtenMs, stated }: RestoredHour, points: HourPoints): void {
    const series = this.#seriesOf(name);
    series.stated |= stated;
    if (series.hours.has(hour)) return;
    series.hours.set(hour, { ...newHour(series, hour), points, writtenMs });
    this.#hourCount += 1;
    this.#stampMs = Math.max(this.#stampMs, writtenMs);
  }

  /** Hours to seal: written, quiet, and for `graceMs` at an end, each at a moment of its own. */
  done(nowMs: number, graceMs: number): OpenHour[] {
    const done: OpenHour[] = [];
    for (const { hours, partition } of this.#series.values()) {
      // Not all in the first second after the hour.
      const spreadMs = (graceMs * partition) / partitionCount;
      for (const open of hours.values()) {
        const isOver = nowMs >= (open.hour + 1) * hourMs + graceMs + spreadMs;
        if (isOver && !open.isDirty && nowMs - open.touchedMs >= graceMs / 2) done.push(open);
      }
    }
    return done;
  }

  /** The written hours that were left alone longest, down to half of `countMax`. */
  surplus(countMax: number): OpenHour[] {
    if (this.#hourCount <= countMax) return [];
    const written = [...this.#series.values()].flatMap(({ hours }) =>
      [...hours.values()].filter(({ isDirty }) => !isDirty),
    );
    written.sort((a, b) => a.touchedMs - b.touchedMs || a.hour - b.hour);
    return written.slice(0, Math.max(0, this.#hourCount - countMax / 2));
  }

  /** @param writtenMs  of what was sealed; an hour that has changed since stays open */
  forget(open: OpenHour, writtenMs: number): boolean {
    if (open.writtenMs !== writtenMs || open.isDirty) return false;
    if (open.series.hours.delete(open.hour)) this.#hourCount -= 1;
    return true;
  }

  /** Forgets series of which nothing is open and that were last heard of before `day`. */
  forgetSeriesBefore(day: number): void {
    for (const series of this.#series.values()) {
      if (series.hours.size === 0 && series.seenDay < day) this.#series.delete(series.name);
    }
  }

  #open(name: string, hour: number): OpenHour {
    const series = this.#seriesOf(name);
    let open = series.hours.get(hour);
    if (open === undefined) {
      open = newHour(series, hour);
      series.hours.set(hour, open);
      this.#hourCount += 1;
    }
    return open;
  }

  #seriesOf(name: string): OpenSeries {
    let series = this.#series.get(name);
    if (series === undefined) {
      const partition = partitionOf(name);
      series = { name, id: seriesId(name), partition, seenDay: -1, stated: 0, hours: new Map() };
      this.#series.set(name, series);
    }
    return series;
  }
}

/** The same for a name at all times and everywhere. */
export function seriesId(name: string): string {
  return hash("sha256", name, "base64url").slice(0, idLength);
}

export function partitionOf(name: string): number {
  const bytes = new TextEncoder().encode(name);
  return shardOf(hashName(bytes, 0, bytes.length), partitionCount);
}

function newHour(series: OpenSeries, hour: number): OpenHour {
  return {
    series,
    hour,
    points: new HourPoints(),
    isDirty: false,
    writtenMs: 0,
    touchedMs: 0,
    pendingMs: [],
    pendingValues: [],
  };
}

/** The pending points in the order of time; of equal times the last one given. */
function takePending({ pendingMs, pendingValues }: OpenHour): SampleColumns {
  const order = [...pendingMs.keys()].sort((a, b) => pendingMs[a]! - pendingMs[b]! || a - b);
  const last = order.filter((at, i) => pendingMs[at] !== pendingMs[order[i + 1] ?? -1]);
  const columns = {
    timesMs: Float64Array.from(last, (at) => pendingMs[at]!),
    values: Float64Array.from(last, (at) => pendingValues[at]!),
  };
  pendingMs.length = 0;
  pendingValues.length = 0;
  return columns;
}
