/**
 * An episode as a row of the journal, and back.
 *
 * The nine checks are one column of JSON, as they are only ever read together:
 *
 *     [["grubbs","fired",410,null,96.5,1], …]    check, outcome, observed, lower, upper, isValue
 *
 * So are `why` and `known`, as they are in the model; null where there is none.
 *
 * JSON has no infinities: a limit that is infinite comes back as null, "there is no such limit".
 * SQLite has no negative zero: it comes back as 0.
 */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import {
  checkNames,
  type CheckResult,
  type Episode,
  type EpisodeEnd,
  type EpisodeWhy,
  type KnownAs,
} from "../model/index.ts";

/** In the order of `rowOf`. */
export const episodeColumns = [
  "id",
  "name",
  "started_ms",
  "last_seen_ms",
  "ended_ms",
  "end_reason",
  "value_before",
  "observed",
  "peak",
  "peak_ms",
  "expected_lower",
  "expected_upper",
  "vote_count",
  "checks",
  "sentence",
  "why",
  "known",
] as const;

export type EpisodeRow = Record<string, SQLOutputValue>;

export function rowOf(episode: Episode): SQLInputValue[] {
  return [
    episode.id,
    episode.name,
    episode.startedMs,
    episode.lastSeenMs,
    episode.endedMs,
    episode.endReason,
    episode.before,
    episode.observed,
    episode.peak,
    episode.peakMs,
    episode.expected?.lower ?? null,
    episode.expected?.upper ?? null,
    episode.voteCount,
    JSON.stringify(episode.checks.map(packCheck)),
    episode.sentence,
    episode.why === undefined ? null : JSON.stringify(episode.why),
    episode.known === undefined ? null : JSON.stringify(episode.known),
  ];
}

export function episodeOf(row: EpisodeRow): Episode {
  const lower = numberOrNull(row["expected_lower"]);
  const upper = numberOrNull(row["expected_upper"]);
  const why = parseObject(row["why"]) as EpisodeWhy | undefined;
  const known = parseObject(row["known"]) as KnownAs | undefined;
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    startedMs: Number(row["started_ms"]),
    lastSeenMs: Number(row["last_seen_ms"]),
    endedMs: numberOrNull(row["ended_ms"]),
    endReason: endReasonOf(row["end_reason"]),
    before: numberOrNull(row["value_before"]),
    observed: Number(row["observed"]),
    peak: Number(row["peak"]),
    peakMs: Number(row["peak_ms"]),
    expected: lower === null || upper === null ? null : { lower, upper },
    checks: unpackChecks(String(row["checks"])),
    voteCount: Number(row["vote_count"]),
    sentence: String(row["sentence"]),
    ...(why === undefined ? {} : { why }),
    ...(known === undefined ? {} : { known }),
  };
}

function packCheck(result: CheckResult): unknown[] {
  const { check, outcome, observed, lower, upper, isValue } = result;
  return [check, outcome, observed, lower, upper, isValue ? 1 : 0];
}

/** What another version wrote and this one does not know is left out rather than shown wrong. */
function unpackChecks(text: string): CheckResult[] {
  const results: CheckResult[] = [];
  for (const item of parseList(text)) {
    if (!Array.isArray(item)) continue;
    const [name, verdict, observed, lower, upper, isValue] = item as unknown[];
    const check = checkNames.find((known) => known === name);
    const outcome = outcomes.find((known) => known === verdict);
    if (check === undefined || outcome === undefined) continue;
    results.push({
      check,
      outcome,
      observed: typeof observed === "number" ? observed : null,
      lower: typeof lower === "number" ? lower : null,
      upper: typeof upper === "number" ? upper : null,
      isValue: isValue === 1,
    });
  }
  return results;
}

/** One damaged row must not hide all others: its checks are then none. */
function parseList(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function parseObject(text: SQLOutputValue | undefined): object | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const outcomes = ["fired", "calm", "abstained"] as const;

function endReasonOf(value: SQLOutputValue | undefined): EpisodeEnd | null {
  return value === "calm" || value === "stale" || value === "accepted" ? value : null;
}

function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
