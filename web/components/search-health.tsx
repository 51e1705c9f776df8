/**
 * What the original's status page listed for its search, answered by doing it: one search, one
 * reading of the collections. Its parts that this program does not have are named as such.
 */
import type { JSX } from "preact";
import type { SimilarJson, StatusJson } from "../../src/webapp/contract.ts";
import { fetchCollections } from "../api/collections.ts";
import { fetchJson, type FetchResult } from "../api/fetch-json.ts";
import { fetchNames } from "../api/kale.ts";
import { counted } from "../lib/format.ts";
import { comparedWords } from "../lib/match-words.ts";
import { emptyAsk, similarRequestPath } from "../lib/similar-ask.ts";
import { pageId } from "../state/page-id.ts";
import { useQuery, type Query } from "../state/query.ts";

type Health = "ok" | "problem" | "unused" | "waiting";

const healthWords: Readonly<Record<Health, string>> = {
  ok: "● OK",
  problem: "▲ ERROR",
  unused: "○ not used",
  waiting: "…",
};

interface Trial {
  /** Undefined where there is no metric to search with. */
  readonly name: string | undefined;
  readonly words: string;
}

export function SearchHealth({ status }: { readonly status: StatusJson }): JSX.Element {
  const trial = useQuery("trial search", trySearch);
  const collections = useQuery("collections", fetchCollections);
  const isDurable = status.shards.every(({ durable }) => durable);
  const series = status.shards.reduce((sum, shard) => sum + shard.series, 0);
  const rows: readonly (readonly [string, Health, string])[] = [
    ["Search", healthOf(trial), trial.value?.words ?? trial.failure?.message ?? "searching"],
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
    ["Fingerprint", "unused", "nothing is sorted out beforehand: every metric is compared"],
    ...["Redis", "Elasticsearch"].map((part) => {
      const isUsed = status.store.toLowerCase().includes(part.toLowerCase());
      const words = isUsed ? "holds the series" : "needed neither by the store nor by the search";
      return [part, isUsed ? "ok" : "unused", words] as const;
    }),
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

/** A refusal for want of a shape is an answer too: the search works, that metric is level. */
async function trySearch(signal: AbortSignal): Promise<FetchResult<Trial>> {
  const names = await fetchNames("", 1, signal);
  if (!names.ok) return names;
  const [name] = names.value.names;
  if (name === undefined) {
    return { ok: true, value: { name, words: "there is no metric to search with yet" } };
  }
  const ask = { ...emptyAsk, target: { kind: "series", name } } as const;
  const part = { limit: 1, offset: 0, page: pageId("status") };
  const answer = await fetchJson<SimilarJson>(similarRequestPath(ask, part), signal);
  if (answer.ok) {
    const words = comparedWords(answer.value).replace(" · best first", "");
    return { ok: true, value: { name, words: `with ${name}: ${words}` } };
  }
  if (answer.failure.status !== 422) return answer;
  return { ok: true, value: { name, words: `with ${name}: ${answer.failure.message}` } };
}

function healthOf(query: Query<unknown>): Health {
  if (query.failure !== undefined) return "problem";
  return query.value === undefined ? "waiting" : "ok";
}
