/**
 * The value of a query at one time or over steps.
 *
 * The tree is walked once for all steps: each node gives columns with a place per step, and what
 * Prometheus decides at each step is decided in loops over them. A series of a selector is read,
 * reduced to its steps, and let go before the next one, so that a query holds steps and not samples.
 */
import type { TimeRange } from "../../model/index.ts";
import { absentIn, absentLabels } from "./absent.ts";
import { aggregate } from "./aggregate.ts";
import { calculate, compare } from "./arithmetic.ts";
import {
  type AggregateNode,
  type BinaryNode,
  type CallNode,
  type Expression,
  isComparison,
  isSetOperator,
  type RangeNode,
  type SelectorNode,
  type SubqueryNode,
  withoutParens,
} from "./ast.ts";
import { combineScalar, combineSeries, combineSets } from "./binary.ts";
import type { Budget } from "./budget.ts";
import { LabelSet } from "./label-set.ts";
import { rangeFunctions } from "./range-functions.ts";
import { type LabelledColumns, type PromqlSource, readSelected } from "./source.ts";
import {
  emptySeries,
  type Grid,
  gridEndMs,
  type StepSeries,
  type StepValue,
  timesOf,
  united,
} from "./step-series.ts";
import { innerGrid, samplesOf } from "./subquery.ts";
import { callOnVectors, mapped, textOf, type VectorArguments } from "./vector-functions.ts";
import {
  fillNewest,
  fillWindows,
  lastMs,
  lookbackMsDefault,
  type Sight,
  sightOf,
  withoutStale,
} from "./windows.ts";

export interface EvaluationOptions {
  readonly grid: Grid;
  /** What `end()` means; the last step may lie before it. */
  readonly endMs?: number | undefined;
  readonly source: PromqlSource;
  readonly budget: Budget;
  /** 5 minutes unless given. */
  readonly lookbackMs?: number | undefined;
}

/** @throws PromqlError */
export function evaluate(node: Expression, options: EvaluationOptions): Promise<StepValue> {
  return new Evaluation(options).value(node, options.grid);
}

/** The samples themselves of a range at one time, as an instant query of it gives. */
export function readRange(
  node: RangeNode | SubqueryNode,
  options: EvaluationOptions,
): AsyncIterable<LabelledColumns> {
  return new Evaluation(options).samplesAt(node, options.grid);
}

interface SightedColumns extends LabelledColumns {
  readonly sight: Sight;
  readonly rangeMs: number;
}

class Evaluation {
  readonly #source: PromqlSource;
  readonly #budget: Budget;
  readonly #lookbackMs: number;
  /** Of the query as a whole: what start() and end() mean, in subqueries too. */
  readonly #ends: { readonly startMs: number; readonly endMs: number };
  /** How functions of vectors have their arguments. */
  readonly #asked: VectorArguments;

  constructor(options: EvaluationOptions) {
    const { grid, endMs = gridEndMs(grid), source, budget } = options;
    const { lookbackMs = lookbackMsDefault } = options;
    this.#source = source;
    this.#budget = budget;
    this.#lookbackMs = lookbackMs;
    this.#ends = { startMs: grid.startMs, endMs };
    this.#asked = {
      budget,
      vector: (node, inner) => this.#vector(node, inner),
      scalar: (node, inner) => this.#scalar(node, inner),
      sampleTimes: (node, inner) => this.#newest(node, inner, true),
    };
  }

  async value(node: Expression, grid: Grid): Promise<StepValue> {
    await this.#budget.breathe();
    switch (node.kind) {
      case "number":
        return { kind: "scalar", values: new Float64Array(grid.count).fill(node.value) };
      case "string":
        return { kind: "string", text: node.value };
      case "paren":
        return this.value(node.inner, grid);
      case "selector":
        return vectorOf(await this.#newest(node, grid, false));
      case "unary":
        return this.#unary(node.operator, await this.value(node.inner, grid));
      case "binary":
        return this.#binary(node, grid);
      case "aggregate":
        return vectorOf(await this.#aggregate(node, grid));
      case "call":
        return this.#call(node, grid);
      case "range":
      case "subquery":
        throw new Error("a range is read by the function that takes it");
    }
  }

  /** @returns samples within the range of the only step */
  async *samplesAt(node: RangeNode | SubqueryNode, grid: Grid): AsyncGenerator<LabelledColumns> {
    for await (const { labels, columns, sight, rangeMs } of this.#ranges(node, grid)) {
      const { timesMs, values } = columns;
      const isInside = (timeMs: number): boolean =>
        timeMs >= sight.firstMs - rangeMs && timeMs <= sight.firstMs;
      const from = timesMs.findIndex(isInside);
      const until = timesMs.findLastIndex(isInside) + 1;
      if (from < 0) continue;
      const inside = { timesMs: timesMs.slice(from, until), values: values.slice(from, until) };
      yield { labels, columns: inside };
    }
  }

  async #vector(node: Expression, grid: Grid): Promise<readonly StepSeries[]> {
    const value = await this.value(node, grid);
    return value.kind === "vector" ? value.series : [];
  }

  async #scalar(node: Expression | undefined, grid: Grid): Promise<Float64Array> {
    const value = node === undefined ? undefined : await this.value(node, grid);
    return value?.kind === "scalar" ? value.values : new Float64Array(grid.count);
  }

  #emptySeries(labels: LabelSet, grid: Grid): StepSeries {
    this.#budget.claim(grid.count);
    return emptySeries(labels, grid.count);
  }

  async #newest(node: SelectorNode, grid: Grid, isTime: boolean): Promise<StepSeries[]> {
    const sight = sightOf(grid, node.shift, this.#ends);
    const lookbackMs = this.#lookbackMs;
    const range = rangeBefore(sight, lookbackMs);
    const result: StepSeries[] = [];
    for await (const { labels, columns } of this.#read(node, range)) {
      const into = this.#emptySeries(labels, grid);
      fillNewest(into, columns, { sight, lookbackMs, isTime });
      result.push(into);
    }
    return united(result);
  }

  #read(node: SelectorNode, range: TimeRange): AsyncGenerator<LabelledColumns> {
    return readSelected(this.#source, node.matchers, range, this.#budget);
  }

  /** The samples of every series that any step's range may hold. */
  async *#ranges(node: RangeNode | SubqueryNode, grid: Grid): AsyncGenerator<SightedColumns> {
    const { rangeMs } = node;
    if (node.kind === "range") {
      const sight = sightOf(grid, node.selector.shift, this.#ends);
      for await (const one of this.#read(node.selector, rangeBefore(sight, rangeMs))) {
        yield { labels: one.labels, columns: withoutStale(one.columns), sight, rangeMs };
      }
      return;
    }
    const sight = sightOf(grid, node.shift, this.#ends);
    const inner = innerGrid(node, sight);
    if (inner === undefined) return;
    for (const series of await this.#vector(node.inner, inner)) {
      yield { labels: series.labels, columns: samplesOf(series, inner), sight, rangeMs };
    }
  }

  #unary(operator: "+" | "-", value: StepValue): StepValue {
    if (operator === "+" || value.kind === "string") return value;
    if (value.kind === "scalar") return { kind: "scalar", values: value.values.map((one) => -one) };
    return vectorOf(mapped(value.series, (one) => -one, this.#budget));
  }

  async #binary(node: BinaryNode, grid: Grid): Promise<StepValue> {
    const { operator, isBool } = node;
    const left = await this.value(node.left, grid);
    const right = await this.value(node.right, grid);
    const budget = this.#budget;
    if (isSetOperator(operator)) {
      const sides = [left, right].map((side) => (side.kind === "vector" ? side.series : []));
      return vectorOf(combineSets(operator, sides[0]!, sides[1]!, node.matching));
    }
    if (left.kind === "vector" && right.kind === "vector") {
      return vectorOf(
        await combineSeries({ ...node, operator }, left.series, right.series, budget),
      );
    }
    if (left.kind === "vector" && right.kind === "scalar") {
      const { series } = left;
      const operands = { series, scalar: right.values, isScalarLeft: false, isBool, budget };
      return vectorOf(combineScalar(operator, operands));
    }
    if (left.kind === "scalar" && right.kind === "vector") {
      const { series } = right;
      const operands = { series, scalar: left.values, isScalarLeft: true, isBool, budget };
      return vectorOf(combineScalar(operator, operands));
    }
    const a = left.kind === "scalar" ? left.values : new Float64Array(grid.count);
    const b = right.kind === "scalar" ? right.values : new Float64Array(grid.count);
    const values = a.map((value, step) =>
      isComparison(operator)
        ? Number(compare(operator, value, b[step]!))
        : calculate(operator, value, b[step]!),
    );
    return { kind: "scalar", values };
  }

  async #aggregate(node: AggregateNode, grid: Grid): Promise<StepSeries[]> {
    const { parameter } = node;
    const isText = node.aggregator === "count_values";
    const text = isText && parameter !== undefined ? textOf(parameter) : "";
    const numbers = isText ? new Float64Array(0) : await this.#scalar(parameter, grid);
    const series = await this.#vector(node.inner, grid);
    return aggregate(node, { series, numbers, text, stepCount: grid.count, budget: this.#budget });
  }

  async #call(node: CallNode, grid: Grid): Promise<StepValue> {
    const { name, args } = node;
    switch (name) {
      case "time":
        return { kind: "scalar", values: timesOf(grid) };
      case "pi":
        return { kind: "scalar", values: new Float64Array(grid.count).fill(Math.PI) };
      case "scalar":
        return { kind: "scalar", values: onlyValues(await this.#vector(args[0]!, grid), grid) };
      case "vector": {
        const values = Float64Array.from(await this.#scalar(args[0], grid));
        const has = new Uint8Array(grid.count).fill(1);
        return vectorOf([{ labels: LabelSet.empty, values, has }]);
      }
      default: {
        const takesRange = args.some((arg) => isRange(withoutParens(arg)));
        return vectorOf(
          await (takesRange ? this.#ofRange(node, grid) : callOnVectors(node, grid, this.#asked)),
        );
      }
    }
  }

  async #ofRange(node: CallNode, grid: Grid): Promise<StepSeries[]> {
    const { name, args } = node;
    const range = args.map(withoutParens).find(isRange)!;
    const scalars: Float64Array[] = [];
    for (const arg of args) {
      if (!isRange(withoutParens(arg))) scalars.push(await this.#scalar(arg, grid));
    }
    const isAbsent = name === "absent_over_time";
    const apply = rangeFunctions.get(isAbsent ? "present_over_time" : name)!;
    const result: StepSeries[] = [];
    for await (const { labels, columns, sight, rangeMs } of this.#ranges(range, grid)) {
      await this.#budget.breathe();
      // What is newest is still the metric itself; all else is something made of it.
      const isSame = name === "last_over_time";
      const into = this.#emptySeries(isSame ? labels : labels.withoutMetricName(), grid);
      fillWindows(into, columns, apply, { grid, sight, rangeMs, scalars });
      result.push(into);
    }
    if (!isAbsent) return united(result, true);
    return absentIn(result, absentLabels(args[0]!), grid);
  }
}

function vectorOf(series: readonly StepSeries[]): StepValue {
  return { kind: "vector", series };
}

function isRange(node: Expression): node is RangeNode | SubqueryNode {
  return node.kind === "range" || node.kind === "subquery";
}

function rangeBefore(sight: Sight, lengthMs: number): TimeRange {
  return { fromMs: sight.firstMs - lengthMs, untilMs: lastMs(sight) + 1 };
}

/** NaN where there is not exactly one series. */
function onlyValues(all: readonly StepSeries[], grid: Grid): Float64Array<ArrayBuffer> {
  const values = new Float64Array(grid.count);
  for (let step = 0; step < grid.count; step++) {
    let count = 0;
    for (const series of all) {
      if (series.has[step] === 0) continue;
      count += 1;
      values[step] = series.values[step]!;
    }
    if (count !== 1) values[step] = NaN;
  }
  return values;
}
