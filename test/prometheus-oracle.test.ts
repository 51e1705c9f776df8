/**
 * Prometheus itself says what is right: the same day of series is written into it and given to our
 * evaluator, and some hundreds of queries, each at several times and over several grids of steps, are
 * answered by both. What may differ is in `allowed`, each with its reason.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  answerInstant,
  answerRange,
  type AnswerText,
  defaultQueryLimits,
  parseQuery,
  printPretty,
  PromqlError,
  typeOf,
} from "../src/query/promql/index.ts";
import {
  oracleBatches,
  oracleSeries,
  oracleSource,
  oracleStartMs,
} from "./prometheus/oracle-data.ts";
import { oracleQueries } from "./prometheus/oracle-queries.ts";
import {
  type PrometheusProcess,
  remoteWrite,
  startPrometheus,
} from "./support/prometheus-process.ts";
import { describeWith, prometheusServer } from "./support/requirements.ts";

/** Queries whose answers differ, and why that is well. */
const allowed: ReadonlyMap<string, string> = new Map([
  [":", "a name of nothing but a colon is a step that stands alone to us"],
]);

/**
 * 2.42 leaves the metric's name on what `atan2` gives, and takes it off for every other operator of
 * arithmetic; versions after it take it off too, and so do we.
 */
const dropsNameLater = / atan2 /;

interface GridSeconds {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const startSeconds = oracleStartMs / 1000;
const times = [3600, 3607.3, 1800, 40 * 60 + 35, 10, -30, 13 * 3600 + 7.5, 86_400, 86_640].map(
  (after) => startSeconds + after,
);
const grids: readonly GridSeconds[] = [
  { start: startSeconds + 1200, end: startSeconds + 6600, step: 60 },
  { start: startSeconds + 2411, end: startSeconds + 2900, step: 7 },
  { start: startSeconds + 6000, end: startSeconds + 7600, step: 400 },
  // All of it, the hour before and the one after.
  { start: startSeconds - 3600, end: startSeconds + 90_000, step: 900 },
  { start: startSeconds + 82_801, end: startSeconds + 86_820, step: 67 },
];

type Point = readonly [seconds: number, value: string];
type Metric = Readonly<Record<string, string>>;
type PromqlAnswer =
  | { readonly resultType: "scalar" | "string"; readonly result: Point }
  | {
      readonly resultType: "vector";
      readonly result: readonly { readonly metric: Metric; readonly value: Point }[];
    }
  | {
      readonly resultType: "matrix";
      readonly result: readonly { readonly metric: Metric; readonly values: readonly Point[] }[];
    };

type Answered =
  | { readonly ok: true; readonly answer: PromqlAnswer }
  /** "bad_data" or "execution". */
  | { readonly ok: false; readonly errorType: string; readonly error: string };

const source = oracleSource(oracleSeries());
const options = {
  source,
  limits: defaultQueryLimits,
  elapsedMs: () => performance.now(),
  pause: () => Promise.resolve(),
};

async function ours(query: string, at: number | GridSeconds): Promise<Answered> {
  try {
    const node = parseQuery(query);
    if (typeof at === "number") {
      return read(await answerInstant(node, Math.round(at * 1000), options));
    }
    const type = typeOf(node);
    if (type === "matrix" || type === "string") {
      return { ok: false, errorType: "bad_data", error: "invalid expression type" };
    }
    const range = { startMs: at.start * 1000, endMs: at.end * 1000, stepMs: at.step * 1000 };
    return read(await answerRange(node, range, options));
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const errorType = error.code === "bad-query" ? "bad_data" : error.code;
    return { ok: false, errorType, error: error.message };
  }
}

function read(pieces: AnswerText): Answered {
  return { ok: true, answer: JSON.parse(Array.from(pieces).join("")) as PromqlAnswer };
}

/** @returns why they are not the same, undefined where they are */
function difference(query: string, a: Answered, b: Answered): string | undefined {
  if (!a.ok || !b.ok) {
    const told = (one: Answered): string =>
      one.ok ? "an answer" : `${one.errorType}: ${one.error}`;
    const isSame = !a.ok && !b.ok && a.errorType === b.errorType;
    return isSame ? undefined : `Prometheus: ${told(a)}; Kale: ${told(b)}`;
  }
  if (a.answer.resultType !== b.answer.resultType) {
    return `types ${a.answer.resultType} and ${b.answer.resultType}`;
  }
  const isOrdered = /^(?:sort|sort_desc|topk|bottomk)\b/.test(query);
  const isNamed = !dropsNameLater.test(query);
  const [listA, listB] = [linesOf(a.answer, isNamed), linesOf(b.answer, isNamed)];
  if (!isOrdered || a.answer.resultType === "matrix") {
    listA.sort(byLabels);
    listB.sort(byLabels);
  }
  if (listA.length !== listB.length) {
    return `${listA.length} and ${listB.length} series: ${text(listA)} and ${text(listB)}`;
  }
  for (const [i, lineA] of listA.entries()) {
    const lineB = listB[i]!;
    const isSame =
      lineA.labels === lineB.labels &&
      lineA.points.length === lineB.points.length &&
      lineA.points.every((point, p) => isClose(point, lineB.points[p]!));
    if (!isSame) return `${text([lineA])} and ${text([lineB])}`;
  }
  return undefined;
}

interface Line {
  readonly labels: string;
  readonly points: readonly (readonly [number, string])[];
}

function linesOf(answer: PromqlAnswer, isNamed: boolean): Line[] {
  const keyOf = (metric: Readonly<Record<string, string>>): string => {
    const labels = Object.entries(metric).filter(([name]) => isNamed || name !== "__name__");
    return JSON.stringify(labels.sort(([x], [y]) => (x < y ? -1 : 1)));
  };
  switch (answer.resultType) {
    case "scalar":
    case "string":
      return [{ labels: "", points: [answer.result] }];
    case "vector":
      return answer.result.map(({ metric, value }) => ({ labels: keyOf(metric), points: [value] }));
    case "matrix":
      return answer.result.map(({ metric, values }) => ({ labels: keyOf(metric), points: values }));
  }
}

function byLabels(a: Line, b: Line): number {
  return a.labels < b.labels ? -1 : 1;
}

function text(lines: readonly Line[]): string {
  return JSON.stringify(lines).slice(0, 700);
}

/** Times equal; values as the same text, or within rounding of sums in another order. */
function isClose(a: readonly [number, string], b: readonly [number, string]): boolean {
  if (Math.abs(a[0] - b[0]) > 1e-6) return false;
  if (a[1] === b[1]) return true;
  const [x, y] = [Number(a[1]), Number(b[1])];
  return Math.abs(x - y) <= 1e-11 * Math.max(Math.abs(x), Math.abs(y)) + 1e-13;
}

describeWith(prometheusServer, "Prometheus 2.42 as an oracle", () => {
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    prometheus = await startPrometheus({ args: ["--web.enable-remote-write-receiver"] });
    for (const batch of oracleBatches(oracleSeries())) {
      const response = await remoteWrite(prometheus.url, batch);
      expect(response.status, await response.text()).toBe(204);
    }
  }, 300_000);

  afterAll(async () => {
    await prometheus.end();
  });

  async function theirs(query: string, at: number | GridSeconds): Promise<Answered> {
    const isInstant = typeof at === "number";
    const form = new URLSearchParams({ query });
    const entries = isInstant ? { time: at } : at;
    for (const [key, value] of Object.entries(entries)) form.set(key, String(value));
    const route = isInstant ? "query" : "query_range";
    const response = await fetch(`${prometheus.url}/api/v1/${route}`, {
      method: "POST",
      body: form,
    });
    const body = (await response.json()) as
      | { status: "success"; data: PromqlAnswer }
      | { status: "error"; errorType: string; error: string };
    if (body.status === "success") return { ok: true, answer: body.data };
    return { ok: false, errorType: body.errorType, error: body.error };
  }

  async function differencesOf(
    queries: readonly string[],
    points: readonly (number | GridSeconds)[],
  ): Promise<string[]> {
    const found: string[] = [];
    for (const query of queries) {
      if (allowed.has(query)) continue;
      for (const at of points) {
        const [a, b] = await Promise.all([theirs(query, at), ours(query, at)]);
        const why = difference(query, a, b);
        if (why === undefined) continue;
        found.push(`${query} @ ${JSON.stringify(at)}: ${why}`);
        break;
      }
    }
    return found;
  }

  test("instant queries have Prometheus' answers", async () => {
    expect(await differencesOf(oracleQueries, times)).toEqual([]);
  }, 600_000);

  test("queries are printed as Prometheus prints them", async () => {
    const found: string[] = [];
    for (const query of oracleQueries) {
      const form = new URLSearchParams({ query });
      const url = `${prometheus.url}/api/v1/format_query`;
      const response = await fetch(url, { method: "POST", body: form });
      const { data } = (await response.json()) as { readonly data?: string };
      // What is no query to one of us is compared with the answers.
      if (data === undefined || allowed.has(query)) continue;
      const printed = printPretty(parseQuery(query));
      if (printed !== data) found.push(`${query}: ${data} and ${printed}`);
    }
    expect(found).toEqual([]);
  }, 60_000);

  test("range queries have Prometheus' answers", async () => {
    expect(await differencesOf(oracleQueries, grids)).toEqual([]);
  }, 600_000);
});
