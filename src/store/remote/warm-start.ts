/**
 * Laying samples of the remote into the window, *under* what the window holds already: that is newer
 * than what the remote has of the same time.
 */
import { chunkTimeMsMax } from "../../kernel/index.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import type { SeriesMemory } from "../memory/index.ts";

const always: TimeRange = { fromMs: 0, untilMs: Infinity };

/** Adds a long stretch of samples to a series where it has none of the same time. */
export function layUnder(memory: SeriesMemory, id: number, columns: SampleColumns): void {
  const sound = soundSamples(columns);
  const own = ownSamples(memory, id, always);
  if (own.count > 0) {
    sound.merge(own.timesMs, own.values, 0, own.count);
    // In order into an empty series is cheaper by far than each into the middle of a full one.
    memory.evictBefore(id, Infinity);
    memory.discardOpen(id);
  }
  for (let i = 0; i < sound.count; i++) memory.add(id, sound.timesMs[i]!, sound.values[i]!);
}

/** Adds the few samples that a series does not have yet; most of what comes it has. */
export function layNew(
  memory: SeriesMemory,
  id: number,
  columns: SampleColumns,
  fromMs: number,
): void {
  const { timesMs, values } = columns;
  const firstMs = timesMs[0];
  const lastMs = timesMs.at(-1);
  if (firstMs === undefined || lastMs === undefined) return;
  const own = ownSamples(memory, id, { fromMs: firstMs, untilMs: lastMs + 1 });
  let at = 0;
  for (let i = 0; i < timesMs.length; i++) {
    const timeMs = timesMs[i]!;
    while (at < own.count && own.timesMs[at]! < timeMs) at += 1;
    const isThere = at < own.count && own.timesMs[at] === timeMs;
    if (isThere || timeMs < fromMs || !isSample(timeMs, values[i]!)) continue;
    memory.add(id, timeMs, values[i]!);
  }
}

function ownSamples(memory: SeriesMemory, id: number, range: TimeRange): ColumnsBuilder {
  const own = new ColumnsBuilder(Math.max(1, memory.sampleCountMax(id, range)));
  own.count = memory.copy(id, range, own.timesMs, own.values);
  return own;
}

/** Other programs write into some remotes, and may have written anything. */
function soundSamples({ timesMs, values }: SampleColumns): ColumnsBuilder {
  const sound = new ColumnsBuilder(Math.max(1, timesMs.length));
  for (let i = 0; i < timesMs.length; i++) {
    if (!isSample(timesMs[i]!, values[i]!)) continue;
    sound.merge(timesMs, values, i, i + 1);
  }
  return sound;
}

/** Whether the window can keep it. */
export function isSample(timeMs: number, value: number): boolean {
  return (
    Number.isInteger(timeMs) && timeMs >= 0 && timeMs < chunkTimeMsMax && Number.isFinite(value)
  );
}
