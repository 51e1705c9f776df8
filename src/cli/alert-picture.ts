/** The graph that goes with a mail: the first metric of a notice, around its anomaly. */
import type { AlertOfficeParts } from "../alert/index.ts";
import { TimeZone } from "../base/time-zone.ts";
import { drawGraph, graphTheme } from "../graph/index.ts";
import type { SampleColumns, SeriesReader, TimeRange } from "../model/index.ts";
import { pngOf } from "../picture/index.ts";

const width = 600;
const height = 240;
const beforeMs = 3_600_000;
const slotCount = 400;

/** Gives no picture where there are no points. */
export function alertPicture(
  series: Pick<SeriesReader, "read">,
): NonNullable<AlertOfficeParts["picture"]> {
  return async ({ episodes: [episode], atMs }) => {
    if (episode === undefined) return undefined;
    const range = { fromMs: episode.startedMs - beforeMs, untilMs: atMs };
    const samples = await series.read(episode.name, range);
    if (samples === undefined || samples.values.length === 0) return undefined;
    const stepMs = (range.untilMs - range.fromMs) / slotCount;
    const line = {
      name: episode.name,
      start: range.fromMs / 1000,
      step: stepMs / 1000,
      values: lastOfSlots(samples, range, stepMs),
    };
    const svg = drawGraph([line], {
      ...graphTheme("plain"),
      width,
      height,
      margin: 10,
      fontSize: 10,
      title: episode.name,
      verticalTitle: "",
      lineMode: "connected",
      lineWidth: 1.5,
      areaMode: "none",
      areaAlpha: 1,
      min: undefined,
      max: undefined,
      isNullZero: false,
      hasLegend: false,
      hasAxes: true,
      hasGrid: true,
      fromSeconds: range.fromMs / 1000,
      untilSeconds: range.untilMs / 1000,
      zone: TimeZone.utc,
    });
    return await pngOf(svg);
  };
}

function lastOfSlots(
  { timesMs, values }: SampleColumns,
  { fromMs }: TimeRange,
  stepMs: number,
): Float64Array {
  const slots = new Float64Array(slotCount).fill(NaN);
  for (const [i, timeMs] of timesMs.entries()) {
    slots[Math.min(slotCount - 1, Math.floor((timeMs - fromMs) / stepMs))] = values[i] ?? NaN;
  }
  return slots;
}
