/**
 * What the original's status page listed for its search, answered by doing it: one search, one
 * reading of the collections. Its parts that this program does not have are named as such.
 */
import type { JSX } from "preact";
import type { SearchEngineJson, SimilarJson, StatusJson } from "../../src/webapp/contract.ts";
import { fetchCollections } from "../api/collections.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { searchSimilar } from "../api/similar.ts";
import { columnCount, emptyDrawing, levelMax, stroke } from "../lib/drawing.ts";
import { counted, formatCount, formatDuration } from "../lib/format.ts";
import { comparedWords } from "../lib/match-words.ts";
import { emptyAsk } from "../lib/similar-ask.ts";
import { pageId } from "../state/page-id.ts";
import { useQuery, type Query } from "../state/query.ts";

type Health = "ok" | "problem" | "unused" | "waiting";

const healthWords: Readonly<Record<Health, string>> = {
  ok: "● OK",
  problem: "▲ ERROR",
  unused: "○ not used",
  waiting: "…",
};

export function SearchHealth({ status }: { readonly status: StatusJson }): JSX.Element {
  const trial = useQuery("trial search", trySearch);
  const collections = useQuery("collections", fetchCollections);
  const isDurable = status.shards.every(({ durable }) => durable);
  const series = status.shards.reduce((sum, shard) => sum + shard.series, 0);
  const rows: readonly (readonly [string, Health, string])[] = [
    ["Search", healthOf(trial), wordsOfTrial(trial)],
    [
      "Collections",
      healthOf(collections),
      collections.value === undefined
        ? (collections.failure?.message ?? "reading")
        : `${counted(collections.value.length, "collection")} read`,
    ],
    [
      "Metrics",
      status.shards.length > 0 ? "ok" : "problem",
      `${counted(series, "metric")} in ${counted(status.shards.length, "shard")}, searched where they lie`,
    ],
    ["Store", isDurable ? "ok" : "problem", `${status.store}${isDurable ? "" : ", not on disk"}`],
    status.searchEngine === null
      ? ["Fingerprint", "unused", "nothing is sorted out beforehand: every metric is compared"]
      : ["Fingerprint", "ok", "the original’s search, as method=classic of /kale/similar"],
    ...["Redis", "Elasticsearch"].map((part) => {
      const isUsed = status.store.toLowerCase().includes(part.toLowerCase());
      const words = isUsed ? "holds the series" : "needed neither by the store nor by the search";
      return [part, isUsed ? "ok" : "unused", words] as const;
    }),
    ...(status.searchEngine === null ? [] : [engineRow(status.searchEngine)]),
  ];
  return (
    <section class="panel search-health">
      <div class="page-head">
        <h2 class="section">Search</h2>
        <button
          type="button"
          class="small"
          onClick={() => {
            trial.refresh();
            collections.refresh();
          }}
        >
          Try again
        </button>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Parts of the search">
        <table>
          <tbody>
            {rows.map(([part, health, words]) => (
              <tr key={part} data-part={part} data-health={health}>
                <th scope="row">{part}</th>
                <td>
                  <span
                    class={`tag ${health === "ok" ? "ok" : health === "problem" ? "warn" : ""}`}
                  >
                    {healthWords[health]}
                  </span>
                </td>
                <td class="search-words">{words}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft">
        Shape tables and accounts are under{" "}
        <a class="link" href="/admin">
          Admin
        </a>
        , what the search does under{" "}
        <a class="link" href="/help">
          Help
        </a>
        .
      </p>
    </section>
  );
}

function engineRow(engine: SearchEngineJson): readonly [string, Health, string] {
  const { lastImport, nodes, problem, scorer, series } = engine;
  const where = `${nodes.join(", ")}: `;
  if (lastImport?.outcome === "running" && series === 0) {
    const share = `${formatCount(lastImport.written)} of ${formatCount(lastImport.total)}`;
    return ["Search engine", "waiting", `${where}first import, ${share} metrics written`];
  }
  const trouble =
    (lastImport?.outcome === "failed" ? lastImport.problem : problem) || engine.collections.problem;
  if (trouble !== "") return ["Search engine", "problem", where + trouble];
  if (scorer === null) return ["Search engine", "waiting", `${where}not reached yet`];
  const by = scorer === "plugin" ? "Kale’s plugin" : "Painless scripts";
  const seconds = lastImport?.seconds ?? null;
  const took = seconds === null ? "" : `, imported in ${formatDuration(seconds)}`;
  const progress =
    lastImport?.outcome === "running"
      ? `, importing: ${formatCount(lastImport.written)} written`
      : "";
  const held = `${counted(series, "metric")} scored by ${by}${took}${progress}`;
  return ["Search engine", "ok", where + held];
}

function wordsOfTrial({ value, failure }: Query<SimilarJson>): string {
  if (failure !== undefined) return failure.message;
  if (value === undefined) return "searching";
  return `for a rising line: ${comparedWords(value).replace(" · best first", "")}`;
}

/** With a rising line, which every Kale can look for: a metric of its own might have no shape just now. */
async function trySearch(signal: AbortSignal): Promise<FetchResult<SimilarJson>> {
  const drawing = stroke(
    emptyDrawing,
    { column: 0, level: 0 },
    { column: columnCount - 1, level: levelMax },
  );
  const part = { limit: 1, offset: 0, page: pageId("status") };
  return await searchSimilar({ ...emptyAsk, target: { kind: "shape", drawing } }, part, { signal });
}

function healthOf(query: Query<unknown>): Health {
  if (query.failure !== undefined) return "problem";
  return query.value === undefined ? "waiting" : "ok";
}
