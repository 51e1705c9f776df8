/**
 * One search inside the engine: its scripts find who may be among the nearest, and the few found are
 * measured here, by the very code that the shards use. So distances, likeness and the order of ties
 * are the same as theirs to the last bit.
 *
 * Why nobody is missed. A score is a float of 24 bits: who stands at the end of the page and who
 * stands just behind it may share one. So some more are asked for than wanted. Everybody not
 * among them scores at most what the last of them scores; where that is below the score of the
 * last wanted one by more than rounding, none of those can be wanted. Where it is not, more are
 * asked for, up to what the engine gives, and then the answer says that it is not exact.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { SimilarityMatch } from "../../model/index.ts";
import { type SearchPlan, ShapeSearch, ShapeTable } from "../../oculus/index.ts";
import type { EngineClient } from "../client.ts";
import { search, type SearchHit } from "../search.ts";
import type { NameClause } from "./name-clauses.ts";
import { painlessScripts } from "./scripts.ts";
import type { ServingIndex } from "./serving-choice.ts";
import { comparableState, decodeSeries } from "./shape-index.ts";

/** What an engine gives of one search: its `max_result_window`. */
const hitCountMax = 10_000;
const surplusCount = 20;
/** Far above what rounding to 24 bits does to a score. */
const scoreSlack = 1e-6;
const searchTimeoutMs = 20_000;
const sliceMs = 4;

export interface EngineQuestion {
  readonly serving: ServingIndex;
  readonly plan: SearchPlan;
  /** z-normalised, on the grid of the index. */
  readonly shape: Float64Array<ArrayBuffer>;
  /** In points; for dtw. */
  readonly band: number;
  /** "none": all that the filter leaves is fetched and measured here. */
  readonly scorer: "plugin" | "painless" | "none";
  readonly filter: readonly NameClause[];
  readonly exclude: readonly NameClause[];
}

export interface EngineMatches {
  /** Of the page that was asked for. */
  readonly matches: readonly SimilarityMatch[];
  readonly isExact: boolean;
}

/** Rejects with an EngineError. */
export async function searchEngine(
  client: EngineClient,
  clock: Clock,
  question: EngineQuestion,
): Promise<EngineMatches> {
  const { plan, serving } = question;
  // By their names: one that was removed meanwhile is an error, and not a part that is missed.
  const indexes = serving.parts.map(({ index }) => index).join(",");
  const wantedCount = plan.offset + plan.limit;
  const sizeFirst = question.scorer === "none" ? hitCountMax : wantedCount + surplusCount;
  for (let size = sizeFirst; ; size *= 2) {
    size = Math.min(size, hitCountMax);
    const { hits } = await search<Source>(client, indexes, bodyOf(question, size), {
      timeoutMs: searchTimeoutMs,
    });
    const isExact = hits.length < size || isSettled(hits, wantedCount);
    if (!isExact && size < hitCountMax) continue;
    return { matches: await rank(hits, question, clock), isExact };
  }
}

interface Source {
  readonly name: string;
}

function bodyOf(question: EngineQuestion, size: number): Readonly<Record<string, unknown>> {
  const { filter, exclude, scorer, serving } = question;
  const comparable = { term: { state: comparableState } };
  const own = [comparable, ...partClauses(serving)];
  const query = { bool: { filter: [...own, ...filter], must_not: exclude } };
  return {
    size,
    track_total_hits: false,
    _source: ["name"],
    docvalue_fields: ["series", "order"],
    // Equal scores by order, as the shards have it.
    sort: [{ _score: "desc" }, { order: "asc" }],
    query:
      scorer === "none" ? query : { script_score: { query, script: scriptOf(question, size) } },
  };
}

/** Of indexes that both hold a partition one serves it. */
function partClauses({ parts }: ServingIndex): NameClause[] {
  if (parts.every(({ partitions }) => partitions === undefined)) return [];
  const should = parts.map(({ index, partitions }) => {
    const terms = partitions === undefined ? [] : [{ terms: { partition: partitions } }];
    return { bool: { filter: [{ term: { _index: index } }, ...terms] } };
  });
  return [{ bool: { should, minimum_should_match: 1 } }];
}

function scriptOf(
  { plan, shape, band, scorer }: EngineQuestion,
  size: number,
): Readonly<Record<string, unknown>> {
  const { method, inverse, radius } = plan;
  const common = { query: Array.from(shape), inverse };
  if (scorer === "painless") {
    const { id } = painlessScripts[method === "dtw" ? "dtw" : "euclidean"];
    return { id, params: { ...common, band, cutoff: -1 } };
  }
  const source = `oculus_${method === "euclidean" ? "euclidian" : method}`;
  return { lang: "oculus", source, params: { ...common, band, radius, keep: size } };
}

/** Whether nobody behind the last hit can be as near as the last wanted one. */
function isSettled(hits: readonly SearchHit<Source>[], wantedCount: number): boolean {
  const wanted = hits[wantedCount - 1]?.score ?? 0;
  const last = hits.at(-1)?.score ?? 0;
  return wanted > last * (1 + scoreSlack);
}

/** Measures what was found, by the code of the shards, in the order that they have. */
async function rank(
  hits: readonly SearchHit<Source>[],
  { plan, shape, serving }: EngineQuestion,
  clock: Clock,
): Promise<SimilarityMatch[]> {
  const { pointCount, range } = serving;
  const found = hits
    .map((hit) => ({
      name: hit.source.name,
      order: Number(hit.fields["order"]?.[0]),
      row: decodeSeries(hit.fields["series"]?.[0], pointCount),
    }))
    // Two processes may have given one number, each to a series of its own.
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  const table = new ShapeTable({ pointCount, rowCount: found.length });
  for (const [at, { row }] of found.entries()) {
    if (row !== undefined) table.put(at, row);
  }
  const search = new ShapeSearch(table, shape, plan);
  while (!search.runFor(sliceMs, clock)) await nextTurn();
  const stepMs = (range.untilMs - range.fromMs) / pointCount;
  return search
    .answer()
    .matches.slice(plan.offset)
    .map(({ id, distance, likeness, lag, sign }) => ({
      name: found[id]?.name ?? "",
      distance,
      likeness,
      lagMs: lag * stepMs,
      sign,
    }));
}
