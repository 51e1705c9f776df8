/** Writes the site's past into the store: hour by hour, in batches, as fast as the sink takes them. */
import { SampleBatchBuilder, type SampleSink } from "../../model/index.ts";
import { stepMs } from "./site-values.ts";
import type { Site } from "./site.ts";

const batchRowCount = 8192;
const slabMs = 3_600_000;

export interface HistoryRange {
  /** On a step. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/**
 * @param onProgress  told the share that is written, 0 to 1
 * @param isEnough    asked often; where it holds, the rest is left out
 * @returns how many samples were written
 */
export async function writeHistory(
  site: Site,
  range: HistoryRange,
  sink: SampleSink,
  onProgress: (share: number) => void,
  isEnough: () => boolean,
): Promise<number> {
  const encoder = new TextEncoder();
  const names = site.names.map((name) => encoder.encode(name));
  const builder = new SampleBatchBuilder(batchRowCount);
  let count = 0;
  for (let slabFrom = range.fromMs; slabFrom < range.untilMs; slabFrom += slabMs) {
    const slabUntil = Math.min(slabFrom + slabMs, range.untilMs);
    for (const [series, name] of names.entries()) {
      if (isEnough()) return count;
      for (let timeMs = slabFrom; timeMs < slabUntil; timeMs += stepMs) {
        const value = site.valueAt(series, timeMs);
        if (Number.isNaN(value)) continue;
        builder.add(name, 0, name.length, timeMs, value);
        count += 1;
        if (builder.isFull) await sink.write(builder.take());
      }
      if (series % 100 === 0) {
        const slabShare = ((series / names.length) * slabMs) / (range.untilMs - range.fromMs);
        onProgress((slabFrom - range.fromMs) / (range.untilMs - range.fromMs) + slabShare);
      }
    }
  }
  if (builder.count > 0) await sink.write(builder.take());
  onProgress(1);
  return count;
}
