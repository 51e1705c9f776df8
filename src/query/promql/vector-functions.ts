/** Functions of the values of vectors at each step: arithmetic, calendar, order, labels and histograms. */
import { absentIn, absentLabels } from "./absent.ts";
import { compareRanks } from "./aggregate.ts";
import { numberFunctions } from "./arithmetic.ts";
import { type CallNode, type Expression, type SelectorNode, withoutParens } from "./ast.ts";
import type { Budget } from "./budget.ts";
import { calendarParts } from "./calendar.ts";
import { histogramQuantiles } from "./histogram.ts";
import { labelJoiner, labelReplacer, type Relabel } from "./label-functions.ts";
import { LabelSet } from "./label-set.ts";
import { type Grid, relabelled, type StepSeries, timesOf, united } from "./step-series.ts";

/** How the values of arguments are had. */
export interface VectorArguments {
  readonly budget: Budget;
  vector(node: Expression, grid: Grid): Promise<readonly StepSeries[]>;
  /** Zeros where there is no such argument. */
  scalar(node: Expression | undefined, grid: Grid): Promise<Float64Array>;
  /** Of a selector the times of the samples at each step, in place of their values. */
  sampleTimes(node: SelectorNode, grid: Grid): Promise<StepSeries[]>;
}

/** @throws PromqlError  as what it asks for does */
export async function callOnVectors(
  node: CallNode,
  grid: Grid,
  ask: VectorArguments,
): Promise<StepSeries[]> {
  const { name, args } = node;
  const [first] = args;
  const numberFunction = numberFunctions.get(name);
  if (numberFunction !== undefined) {
    return mapped(await ask.vector(first!, grid), numberFunction, ask.budget);
  }
  const part = calendarParts.get(name);
  if (part !== undefined) {
    if (first !== undefined) return mapped(await ask.vector(first, grid), part, ask.budget);
    const has = new Uint8Array(grid.count).fill(1);
    return [{ labels: LabelSet.empty, values: timesOf(grid).map(part), has }];
  }
  switch (name) {
    case "absent":
      return absentIn(await ask.vector(first!, grid), absentLabels(first!), grid);
    case "timestamp":
      return timestamp(first!, grid, ask);
    case "clamp":
    case "clamp_min":
    case "clamp_max":
      return clamp(node, grid, ask);
    case "round": {
      const all = await ask.vector(first!, grid);
      const to = args[1] === undefined ? undefined : await ask.scalar(args[1], grid);
      const rounded = (value: number, step: number): number => {
        const inverse = 1 / (to === undefined ? 1 : to[step]!);
        return Math.floor(value * inverse + 0.5) / inverse;
      };
      return mapped(all, rounded, ask.budget);
    }
    case "sort":
      return sorted(await ask.vector(first!, grid), grid, -1);
    case "sort_desc":
      return sorted(await ask.vector(first!, grid), grid, 1);
    case "label_replace":
      return relabel(await ask.vector(first!, grid), labelReplacer(args.slice(1).map(textOf)));
    case "label_join":
      return relabel(await ask.vector(first!, grid), labelJoiner(args.slice(1).map(textOf)));
    case "histogram_quantile": {
      const phi = await ask.scalar(first, grid);
      return united(histogramQuantiles(phi, await ask.vector(args[1]!, grid)));
    }
    default:
      throw new Error(`the function ${name} has a signature and no meaning`);
  }
}

/** Of a selector the times of the samples themselves, else the time that is asked for. */
async function timestamp(arg: Expression, grid: Grid, ask: VectorArguments): Promise<StepSeries[]> {
  const inner = withoutParens(arg);
  if (inner.kind === "selector") {
    const found = await ask.sampleTimes(inner, grid);
    return united(found.map((one) => relabelled(one, one.labels.withoutMetricName())));
  }
  const times = timesOf(grid);
  return mapped(await ask.vector(arg, grid), (_, step) => times[step]!, ask.budget);
}

async function clamp(
  { name, args }: CallNode,
  grid: Grid,
  ask: VectorArguments,
): Promise<StepSeries[]> {
  const all = await ask.vector(args[0]!, grid);
  const first = await ask.scalar(args[1], grid);
  const second = await ask.scalar(args[2], grid);
  const limited = (value: number, step: number): number => {
    if (name === "clamp_min") return Math.max(first[step]!, value);
    if (name === "clamp_max") return Math.min(first[step]!, value);
    return Math.max(first[step]!, Math.min(second[step]!, value));
  };
  const clamped = mapped(all, limited, ask.budget);
  if (name !== "clamp") return clamped;
  const possible = clamped.map((one) => ({
    ...one,
    has: one.has.map((here, step) => (second[step]! < first[step]! ? 0 : here)),
  }));
  return united(possible);
}

/** A function of each value; the metric's name goes, since it is another metric now. */
export function mapped(
  all: readonly StepSeries[],
  change: (value: number, step: number) => number,
  budget: Budget,
): StepSeries[] {
  const result = all.map((series) => {
    budget.claim(series.has.length);
    const values = new Float64Array(series.values.length);
    for (let step = 0; step < values.length; step++) {
      if (series.has[step] === 1) values[step] = change(series.values[step]!, step);
    }
    return { labels: series.labels.withoutMetricName(), values, has: series.has };
  });
  return united(result);
}

/** Of a string; "" for anything else. */
export function textOf(node: Expression): string {
  const inner = withoutParens(node);
  return inner.kind === "string" ? inner.value : "";
}

/** Only the answer of an instant query has an order. */
function sorted(all: readonly StepSeries[], grid: Grid, sign: 1 | -1): StepSeries[] {
  if (grid.count > 1) return [...all];
  const valueOf = (series: StepSeries): number => sign * series.values[0]!;
  return all.toSorted((a, b) => compareRanks(valueOf(a), valueOf(b)));
}

function relabel(all: readonly StepSeries[], change: Relabel): StepSeries[] {
  return united(all.map((series) => relabelled(series, change(series.labels))));
}
