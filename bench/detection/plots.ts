/**
 * The plots of docs/detection.md, from seeded data:
 *
 *     node bench/detection/plots.ts [FIGURES.json]
 *
 * writes docs/detection/verdict.svg (a metric with its band, score and anomalies) and calibration.svg (how rare a score
 * says a row is, and how rare it was); and years.svg where FIGURES.json is what `npm run -s bench -- quality`
 * printed.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Judge, StreamJudge } from "../../src/analyzer/index.ts";
import type { EpisodeEvent } from "../../src/model/index.ts";
import {
  buildService,
  dayMs,
  minuteMs,
  type YearMetric,
  yearStartMs,
} from "../quality/site-year.ts";
import type { YearFigures } from "../quality/year.ts";
import { area, box, hue, ink, line, picture, scaleOf, text } from "./svg.ts";

const folder = join(import.meta.dirname, "../../docs/detection");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "verdict.svg"), plotVerdict());
writeFileSync(join(folder, "calibration.svg"), plotCalibration());
const [figuresPath] = process.argv.slice(2);
if (figuresPath !== undefined) writeFileSync(join(folder, "years.svg"), plotYears(figuresPath));

interface Shown {
  readonly timeMs: number;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly score: number;
}

/** Requests of seed 3's first service from the day before a holiday to the day after an outage. */
function plotVerdict(): string {
  const metric = metricOf(3, 0, "requests", 150);
  const outage = metric.outages.find(({ startMs }) => startMs > yearStartMs + 134 * dayMs)!;
  const fromMs = yearStartMs + 132 * dayMs;
  const untilMs = fromMs + 4 * dayMs;
  const rows: Shown[] = [];
  const events: EpisodeEvent[] = [];
  const window = { timesMs: new Float64Array(1440), values: new Float64Array(1440) };
  let count = 0;
  const copy = (): number => count;
  const judge = new StreamJudge({ ...window, copy, name: () => metric.name }, new Judge(), {
    activeCountMax: 1,
    stalePeriodMs: 500_000,
  });
  // The outage is brought forward, so that it and the holiday are on one picture.
  const shownOutageMs = fromMs + 2.6 * dayMs;
  for (let timeMs = yearStartMs; timeMs < untilMs; timeMs += minuteMs) {
    const isOut =
      timeMs >= shownOutageMs && timeMs < shownOutageMs + (outage.endMs - outage.startMs);
    const value = metric.next(timeMs) * (isOut ? 0.25 : 1);
    if (count === 1440) {
      window.timesMs.copyWithin(0, 1);
      window.values.copyWithin(0, 1);
      count -= 1;
    }
    window.timesMs[count] = timeMs;
    window.values[count++] = value;
    const isShown = timeMs >= fromMs;
    const expected = isShown ? judge.standingOf(0, timeMs / 1000).expected : undefined;
    const event = judge.take(0, timeMs, value, timeMs);
    if (!isShown) continue;
    if (event !== undefined) events.push(event);
    const { lower = 0, upper = 0 } = expected ?? {};
    rows.push({ timeMs, value, lower, upper, score: judge.columns.score[0]! });
  }
  const x = scaleOf([fromMs, untilMs], [60, 780]);
  const y = scaleOf([0, 1.08 * Math.max(...rows.map(({ upper }) => upper))], [250, 40]);
  const yScore = scaleOf([0, 0.7], [350, 270]);
  const spans = events.filter(({ change }) => change === "ended");
  const thinned = rows.filter((row, i) => i % 6 === 0 || row.score > 0.35);
  const days = ["Sunday", "Monday, a holiday", "Tuesday", "Wednesday"];
  return picture(800, 380, [
    text(60, 24, `${metric.name}: half the traffic on the holiday, an outage on the day after`),
    ...spans.map(({ episode: { startedMs, endedMs } }) =>
      box(
        { left: x(startedMs) - 1, top: 40, width: x(endedMs!) - x(startedMs) + 2, height: 310 },
        hue.odd,
      ),
    ),
    area(
      [
        ...thinned.map(({ timeMs, upper }) => [x(timeMs), y(upper)] as const),
        ...thinned.toReversed().map(({ timeMs, lower }) => [x(timeMs), y(lower)] as const),
      ],
      hue.band,
    ),
    line(
      thinned.map(({ timeMs, value }) => [x(timeMs), y(value)] as const),
      hue.value,
      { width: 0.9 },
    ),
    line(
      thinned.map(({ timeMs, score }) => [x(timeMs), yScore(score)] as const),
      hue.score,
      { width: 0.9 },
    ),
    line(
      [
        [60, yScore(0.4)],
        [780, yScore(0.4)],
      ],
      ink.faint,
      { dashes: "4 3" },
    ),
    ...[0, 500, 1000].map((value) => text(54, y(value) + 4, String(value), { anchor: "end" })),
    ...[0, 0.4].map((score) => text(54, yScore(score) + 4, String(score), { anchor: "end" })),
    text(64, 282, "score", { fill: hue.score }),
    ...days.map((day, i) => text(x(fromMs + (i + 0.5) * dayMs), 370, day, { anchor: "middle" })),
  ]);
}

/** Rows of calm metrics by their score: stated rarity along, measured rarity up. */
function plotCalibration(): string {
  const judge = new StreamJudge(
    { timesMs: new Float64Array(0), values: new Float64Array(0), copy: () => 0, name: () => "" },
    new Judge(),
    { activeCountMax: 100, stalePeriodMs: 500_000 },
  );
  const stated = [0.125, 0.1875, 0.25, 0.3125, 0.375, 0.4, 0.4375, 0.5];
  const counts = stated.map(() => 0);
  let rowCount = 0;
  for (let id = 0; id < 50; id++) {
    const { metrics } = buildService(100 + Math.floor(id / 10), 0, 45);
    const metric = metrics[id % 10]!;
    for (let i = 0; i < 45 * 1440; i++) {
      const timeMs = yearStartMs + i * minuteMs;
      judge.take(id, timeMs, metric.next(timeMs), Infinity);
      if (
        i < 14 * 1440 ||
        metric.outages.some(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs + 3_600_000)
      )
        continue;
      rowCount += 1;
      for (const [k, least] of stated.entries())
        if (judge.columns.score[id]! >= least) counts[k] = counts[k]! + 1;
    }
  }
  const x = scaleOf([1, 4.2], [70, 480]);
  const y = scaleOf([1, 5.2], [250, 45]);
  const points = stated
    .map((score, k) => [8 * score, -Math.log10(counts[k]! / rowCount)] as const)
    .filter(([, decades]) => Number.isFinite(decades));
  const ticks = ["10", "100", "1,000", "10,000", "100,000"];
  return picture(520, 310, [
    text(70, 24, "One healthy row in so many scores as high: as stated, and as seen"),
    ...ticks.map((tick, i) =>
      line(
        [
          [70, y(i + 1)],
          [480, y(i + 1)],
        ],
        ink.grid,
      ),
    ),
    ...ticks.map((tick, i) => text(64, y(i + 1) + 4, tick, { anchor: "end" })),
    ...ticks.slice(0, 4).map((tick, i) => text(x(i + 1), 270, tick, { anchor: "middle" })),
    line(
      [
        [x(1), y(1)],
        [x(4.2), y(4.2)],
      ],
      ink.faint,
      { dashes: "4 3" },
    ),
    line(
      points.map(([a, b]) => [x(a), y(b)] as const),
      hue.value,
      { width: 2 },
    ),
    ...points.map(([a, b]) =>
      box({ left: x(a) - 3, top: y(b) - 3, width: 6, height: 6 }, hue.value),
    ),
    text(
      275,
      294,
      `stated; measured on ${rowCount.toLocaleString("en")} calm rows of 50 simulated metrics`,
      {
        anchor: "middle",
        fill: ink.faint,
      },
    ),
  ]);
}

function plotYears(path: string): string {
  const { kale } = (
    JSON.parse(readFileSync(path, "utf8")) as { quality: { kale: { years: YearFigures[] } } }
  ).quality;
  const { years } = kale;
  const x = scaleOf([0, years.length], [70, 480]);
  const wide = (x(1) - x(0)) / 2 - 8;
  const most = Math.max(2, ...years.map(({ falseCount }) => falseCount));
  const y = scaleOf([0, most], [250, 60]);
  return picture(520, 310, [
    text(70, 24, "False alerts of a year by seed, and outages found within three minutes"),
    ...Array.from({ length: most + 1 }, (tick, i) =>
      line(
        [
          [70, y(i)],
          [480, y(i)],
        ],
        ink.grid,
      ),
    ),
    ...Array.from({ length: most + 1 }, (tick, i) =>
      text(64, y(i) + 4, String(i), { anchor: "end" }),
    ),
    ...years.map(({ falseCount }, i) =>
      box(
        {
          left: x(i + 0.5) - wide / 2,
          top: y(falseCount),
          width: wide,
          height: 250 - y(falseCount),
        },
        hue.score,
      ),
    ),
    ...years.map(({ foundCount, outageCount }, i) =>
      text(x(i + 0.5), 52, `${foundCount}/${outageCount}`, { anchor: "middle", fill: hue.good }),
    ),
    ...years.map(({ seed }, i) => text(x(i + 0.5), 268, `seed ${seed}`, { anchor: "middle" })),
    text(
      275,
      294,
      `${years[0]!.metricCount} metrics each, ${years[0]!.dayCount - 14} days counted`,
      { anchor: "middle", fill: ink.faint },
    ),
  ]);
}

function metricOf(
  seed: number,
  service: number,
  kind: YearMetric["kind"],
  dayCount: number,
): YearMetric {
  return buildService(seed, service, dayCount).metrics.find((metric) => metric.kind === kind)!;
}
