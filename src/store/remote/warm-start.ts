/**
 * Fills the window from the remote: at a start, and where series come to this process later.
 *
 * What the window holds by then is newer than what the remote has of the same time, so what is
 * scanned is laid *under* it. Until it is done the window does not speak for its whole length.
 */
import type { Clock } from "../../base/clock.ts";
import { chunkTimeMsMax } from "../../kernel/index.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import { Slicer } from "../log/slice.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import type { SeriesMemory } from "../memory/index.ts";
import type { RemoteSeries, ScanRequest } from "./remote-series.ts";

const sliceMs = 2;
const always: TimeRange = { fromMs: 0, untilMs: Infinity };

/** Lays every series of a scan under what the window has. @returns how many series came */
export async function fillWindow(
  memory: SeriesMemory,
  remote: RemoteSeries,
  request: ScanRequest,
  options: {
    readonly clock: Clock;
    readonly isStopped: () => boolean;
    /** The id of a name, made if new; -1 where a limit refuses it. */
    readonly resolve: (name: string) => number;
  },
): Promise<number> {
  const slicer = new Slicer(options.clock, { sliceMs });
  let seriesCount = 0;
  for await (const { name, columns } of remote.scan(request)) {
    if (options.isStopped()) break;
    if (!request.wants(name)) continue;
    const id = columns.timesMs.length === 0 ? -1 : options.resolve(name);
    if (id >= 0) layUnder(memory, id, columns);
    seriesCount += 1;
    if (slicer.isDue) await slicer.pause();
  }
  return seriesCount;
}

/** Adds samples to a series where it has none of the same time. */
export function layUnder(memory: SeriesMemory, id: number, columns: SampleColumns): void {
  const sound = soundSamples(columns);
  const ownCount = memory.sampleCountMax(id, always);
  if (ownCount > 0) {
    const own = new ColumnsBuilder(ownCount);
    own.count = memory.copy(id, always, own.timesMs, own.values);
    sound.merge(own.timesMs, own.values, 0, own.count);
    // In order into an empty series is cheaper by far than each into the middle of a full one.
    memory.evictBefore(id, Infinity);
    memory.discardOpen(id);
  }
  for (let i = 0; i < sound.count; i++) memory.add(id, sound.timesMs[i]!, sound.values[i]!);
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
