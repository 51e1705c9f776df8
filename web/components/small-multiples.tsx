/** A grid of small graphs: the nodes of a tree's branch, or the values of a tag. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fetchNodes, fetchTag } from "../api/render.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { counted, formatCount } from "../lib/format.ts";
import {
  graphPath,
  multiplesOfNodes,
  multiplesOfTag,
  type Multiple,
  type Multiples,
} from "../lib/graph-target.ts";
import type { RangeChoice } from "../lib/time-range.ts";
import { activeAnomalies, liveStore } from "../state/live.ts";
import { useListKeys } from "../state/list-keys.ts";
import { useQuery } from "../state/query.ts";
import { useStore } from "../state/store.ts";
import { FailureNotice, Notice, Waiting } from "./notice.tsx";
import { SmallGraph } from "./small-graph.tsx";

const pageCount = 36;

export function SmallMultiples({
  multiples,
  choice,
}: {
  readonly multiples: Multiples;
  readonly choice: RangeChoice;
}): JSX.Element {
  const [limit, setLimit] = useState(pageCount);
  const asked = multiples.kind === "tree" ? multiples.pattern : multiples.tag;
  const found = useQuery(
    `multiples ${multiples.kind} ${asked}`,
    (signal) => fetchMultiples(multiples, signal),
    { everyMs: 60_000 },
  );
  const live = useStore(liveStore);
  useListKeys("a.card");
  if (found.value === undefined) {
    return found.failure === undefined ? (
      <Waiting what="the names" />
    ) : (
      <FailureNotice failure={found.failure} what="The names" onRetry={found.refresh} />
    );
  }
  if (found.value.length === 0) {
    return (
      <Notice title={`Nothing fits “${asked}”`}>
        <p>A pattern has as many parts as the names above it: web.* for what is below web.</p>
      </Notice>
    );
  }
  const abnormal = activeAnomalies(live).map(({ name }) => name);
  const isOdd = ({ holds }: Multiple): boolean => abnormal.some((name) => holds(name));
  // What is abnormal comes first: it may be beyond the first page.
  const ordered = [
    ...found.value.filter((one) => isOdd(one)),
    ...found.value.filter((one) => !isOdd(one)),
  ];
  const shown = ordered.slice(0, limit);
  return (
    <>
      <p class="soft" role="status">
        {shown.length < ordered.length ? `${formatCount(shown.length)} of ` : ""}
        {counted(ordered.length, "graph")}
        {multiples.kind === "tree" && (
          <>
            {" · "}
            <a class="link" href={graphPath([multiples.pattern])}>
              together in one graph
            </a>
          </>
        )}
      </p>
      <ul class="cards" data-multiples={ordered.length}>
        {shown.map((one) => (
          <li key={one.label}>
            <a class="card" href={one.href}>
              <span class="card-head">
                <span class="name mono">{one.label}</span>
                {isOdd(one) && <span class="tag odd">▲ abnormal</span>}
              </span>
              <SmallGraph target={one.target} choice={choice} />
            </a>
          </li>
        ))}
      </ul>
      {shown.length < ordered.length && (
        <p class="more">
          <button type="button" onClick={() => setLimit(limit + pageCount)}>
            Show {formatCount(Math.min(pageCount, ordered.length - shown.length))} more
          </button>
        </p>
      )}
    </>
  );
}

async function fetchMultiples(
  multiples: Multiples,
  signal: AbortSignal,
): Promise<FetchResult<Multiple[]>> {
  if (multiples.kind === "tree") {
    const nodes = await fetchNodes(multiples.pattern, signal);
    return nodes.ok ? { ok: true, value: multiplesOfNodes(nodes.value) } : nodes;
  }
  const { tag } = multiples;
  const found = await fetchTag(tag, signal);
  if (!found.ok) return found.failure.status === 404 ? { ok: true, value: [] } : found;
  const values = found.value.values.map(({ value }) => value);
  return { ok: true, value: multiplesOfTag(tag, values) };
}
