/**
 * Where a row goes: into the outbox, and into the window where it lies within, else among the older rows.
 * Rows that an earlier run left in the outbox come back the same way.
 */
import type { Clock } from "../../base/clock.ts";
import type { SampleBatch } from "../../model/index.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import type { OlderRows } from "./older-rows.ts";
import type { Outbox } from "./outbox.ts";
import { isSample } from "./warm-start.ts";
import type { WarmWindow } from "./warm-window.ts";

export interface RowIntakeParts {
  readonly window: WarmWindow;
  readonly outbox: Outbox;
  readonly older: OlderRows;
  readonly faults: FaultLedger;
  readonly clock: Clock;
  /** Older samples are not kept. */
  readonly retentionMs: number;
}

export class RowIntake {
  readonly #parts: RowIntakeParts;

  constructor(parts: RowIntakeParts) {
    this.#parts = parts;
  }

  /** Takes in `[from, until)` of the batch; what cannot be kept is counted. */
  take(batch: SampleBatch, from: number, until: number): void {
    const { names, nameEnds, timesMs, values, types } = batch;
    const { memory } = this.#parts.window;
    const retainFromMs = this.#parts.clock.nowMs() - this.#parts.retentionMs;
    let badCount = 0;
    let expiredCount = 0;
    for (let row = from; row < until; row++) {
      const timeMs = timesMs[row]!;
      const value = values[row]!;
      if (!isSample(timeMs, value)) {
        badCount += 1;
      } else if (timeMs < retainFromMs) {
        expiredCount += 1;
      } else {
        const start = row === 0 ? 0 : nameEnds[row - 1]!;
        const end = nameEnds[row]!;
        const id = memory.resolve(names, start, end);
        if (id < 0) continue; // refused and counted by memory
        if (types !== undefined) memory.state(id, types[row]!);
        const isInWindow = timeMs >= this.#parts.window.fromMs;
        const place = { names, start, end, types: types?.[row] ?? 0 };
        const ordinal = this.#parts.outbox.add(place, timeMs, value, isInWindow);
        if (isInWindow) memory.add(id, timeMs, value);
        else this.#parts.older.add(memory.name(id), ordinal, timeMs, value);
      }
    }
    if (badCount > 0) {
      const message = "Times must be whole milliseconds from 1970 on, values finite";
      this.#parts.faults.report("bad-sample", message, {}, badCount);
    }
    if (expiredCount > 0) {
      const message = "Samples older than the retention are not kept";
      this.#parts.faults.report("expired-sample", message, {}, expiredCount);
    }
  }

  /** Rows of the outbox that an earlier run left. @returns time of the oldest one in the window */
  takeBack(rows: SampleBatch, first: number): number {
    const { count, names, nameEnds, timesMs, values, types } = rows;
    const { memory } = this.#parts.window;
    let windowMs = Infinity;
    for (let row = 0; row < count; row++) {
      const id = memory.resolve(names, row === 0 ? 0 : nameEnds[row - 1]!, nameEnds[row]!);
      const timeMs = timesMs[row]!;
      if (id < 0) continue;
      if (types !== undefined) memory.state(id, types[row]!);
      if (timeMs >= this.#parts.window.fromMs) {
        memory.add(id, timeMs, values[row]!);
        windowMs = Math.min(windowMs, timeMs);
      } else this.#parts.older.add(memory.name(id), first + row, timeMs, values[row]!);
    }
    return windowMs;
  }
}
