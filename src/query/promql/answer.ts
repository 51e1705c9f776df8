/**
 * Answers to whole queries, as the text that Prometheus' API has for them:
 *
 *     {"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1700000000,"1"],...]},...]}
 *
 * Times are seconds, values texts. The text comes in pieces of a series each, since a whole answer
 * may be longer than a string can be.
 */
import { type Expression, type RangeNode, type SubqueryNode, withoutParens } from "./ast.ts";
import { Budget, type BudgetOptions } from "./budget.ts";
import { evaluate, type EvaluationOptions, readRange } from "./evaluate.ts";
import { compareLabels, LabelSet } from "./label-set.ts";
import { formatSample } from "./number-text.ts";
import type { LabelledColumns, PromqlSource } from "./source.ts";
import type { Grid, StepSeries, StepValue } from "./step-series.ts";

/** Pieces of one JSON text. Whatever can fail has been done when they are given. */
export type AnswerText = Iterable<string>;

export interface AnswerOptions extends BudgetOptions {
  readonly source: PromqlSource;
  readonly lookbackMs?: number | undefined;
}

/** @throws PromqlError */
export async function answerInstant(
  node: Expression,
  timeMs: number,
  options: AnswerOptions,
): Promise<AnswerText> {
  const evaluation = evaluationOf({ startMs: timeMs, stepMs: 1, count: 1 }, options);
  const inner = withoutParens(node);
  if (inner.kind === "range" || inner.kind === "subquery") return samples(inner, evaluation);
  const value = await evaluate(node, evaluation);
  switch (value.kind) {
    case "string":
      return [`{"resultType":"string","result":${pointText(timeMs, value.text)}}`];
    case "scalar": {
      const point = pointText(timeMs, formatSample(value.values[0]!));
      return [`{"resultType":"scalar","result":${point}}`];
    }
    case "vector":
      return listText("vector", value.series, ({ labels, values }) => {
        const point = pointText(timeMs, formatSample(values[0]!));
        return `{"metric":${metricText(labels)},"value":${point}}`;
      });
  }
}

export interface RangeQuery {
  readonly startMs: number;
  /** What `end()` means; the last step may lie before it. */
  readonly endMs: number;
  readonly stepMs: number;
}

export function stepCountOf({ startMs, endMs, stepMs }: RangeQuery): number {
  return Math.floor((endMs - startMs) / stepMs) + 1;
}

/** @param node  a query whose value is a scalar or an instant vector. @throws PromqlError */
export async function answerRange(
  node: Expression,
  query: RangeQuery,
  options: AnswerOptions,
): Promise<AnswerText> {
  const { startMs, endMs, stepMs } = query;
  const grid = { startMs, stepMs, count: stepCountOf(query) };
  const value = await evaluate(node, { ...evaluationOf(grid, options), endMs });
  const sorted = matrixOf(value, grid).toSorted((a, b) => compareLabels(a.labels, b.labels));
  const heads = Array.from(
    { length: grid.count },
    (_, step) => `[${(startMs + step * stepMs) / 1000},"`,
  );
  return listText(
    "matrix",
    sorted,
    (series) => `{"metric":${metricText(series.labels)},"values":[${stepPoints(series, heads)}]}`,
  );
}

function evaluationOf(grid: Grid, options: AnswerOptions): EvaluationOptions {
  const { source, lookbackMs } = options;
  return { grid, source, lookbackMs, budget: new Budget(options) };
}

async function samples(
  node: RangeNode | SubqueryNode,
  evaluation: EvaluationOptions,
): Promise<AnswerText> {
  const found: LabelledColumns[] = [];
  for await (const one of readRange(node, evaluation)) found.push(one);
  const sorted = found.toSorted((a, b) => compareLabels(a.labels, b.labels));
  return listText("matrix", sorted, ({ labels, columns: { timesMs, values } }) => {
    const points = Array.from(timesMs, (timeMs, i) => pointText(timeMs, formatSample(values[i]!)));
    return `{"metric":${metricText(labels)},"values":[${points.join(",")}]}`;
  });
}

function* listText<Item>(
  resultType: "vector" | "matrix",
  items: readonly Item[],
  textOf: (item: Item) => string,
): Generator<string> {
  yield `{"resultType":"${resultType}","result":[`;
  let separator = "";
  for (const item of items) {
    yield separator + textOf(item);
    separator = ",";
  }
  yield "]}";
}

function matrixOf(value: StepValue, grid: Grid): readonly StepSeries[] {
  if (value.kind === "vector") return value.series;
  if (value.kind === "string") return [];
  return [
    { labels: LabelSet.empty, values: value.values, has: new Uint8Array(grid.count).fill(1) },
  ];
}

/**
 * The series' points, comma between them. No text of a number needs an escape; one that stays is written once.
 *
 * @param heads  of each step, up to the quote before the value
 */
function stepPoints({ values, has }: StepSeries, heads: readonly string[]): string {
  let text = "";
  let separator = "";
  let before = NaN;
  let beforeText = "NaN";
  for (let step = 0; step < heads.length; step++) {
    if (has[step] !== 1) continue;
    const value = values[step]!;
    if (!Object.is(value, before)) {
      before = value;
      beforeText = formatSample(value);
    }
    text += separator + heads[step]! + beforeText + '"]';
    separator = ",";
  }
  return text;
}

function pointText(timeMs: number, value: string): string {
  return `[${timeMs / 1000},${JSON.stringify(value)}]`;
}

function metricText(labels: LabelSet): string {
  return JSON.stringify(labels.toJson());
}
