/**
 * One match: its name, its graph under the query's, how alike it is and how it moves.
 *
 * For tests and other programs: `[data-match=NAME]` with `data-likeness`, `data-distance`, `data-lag`
 * in seconds and `data-sign`; the buttons are `[data-select]`, `[data-search]`, `[data-leave-out]`.
 */
import type { JSX } from "preact";
import type { SimilarJson, SimilarMatchJson } from "../../src/webapp/contract.ts";
import { likenessWords, matchWords } from "../lib/match-words.ts";
import type { NameParts } from "../lib/name-parts.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { LeaveOutMenu } from "./leave-out-menu.tsx";
import { MatchGraph } from "./match-graph.tsx";
import { SeriesName } from "./series-name.tsx";

export interface MatchCardProps {
  readonly match: SimilarMatchJson;
  readonly query: SimilarJson["query"];
  readonly parts: NameParts | undefined;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onSearch: () => void;
  readonly onExclude: (exclude: string) => void;
}

export function MatchCard(props: MatchCardProps): JSX.Element {
  const { match, query, parts, isSelected, onSelect, onSearch, onExclude } = props;
  const { name, likeness, distance, lag, sign } = match;
  const window = { from: Math.floor(query.from), until: Math.ceil(query.until) };
  return (
    <li
      class={isSelected ? "hit hit-selected" : "hit"}
      data-match={name}
      data-likeness={likeness}
      data-distance={distance}
      data-lag={lag}
      data-sign={sign}
      onClick={(event) => {
        const isControl =
          event.target instanceof Element &&
          event.target.closest("a, button, [role=menu]") !== null;
        if (!isControl) onSelect();
      }}
    >
      <div class="hit-head">
        <a class="hit-name" href={withQuery(metricPath(name), window)}>
          <SeriesName name={name} parts={parts} />
        </a>
        <span class="hit-acts">
          <button
            type="button"
            class="small quiet"
            data-search
            title="Search with this metric: s"
            onClick={onSearch}
          >
            Search with it
          </button>
          <LeaveOutMenu name={name} onExclude={onExclude} />
          <button
            type="button"
            class={isSelected ? "small chosen" : "small quiet"}
            aria-pressed={isSelected}
            data-select
            title="Select for a collection: x"
            onClick={onSelect}
          >
            {isSelected ? "✓ selected" : "Select"}
          </button>
        </span>
      </div>
      <MatchGraph match={match} query={query} />
      <p class="hit-score">
        <b>{likenessWords(likeness)}</b>
        {matchWords(match, query.method).map((line) => (
          <span key={line}>{line}</span>
        ))}
      </p>
    </li>
  );
}
