/** The matches, refined in place as better ones are found; or why there is none and what to do. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { SimilarMatchJson } from "../../src/webapp/contract.ts";
import { formatCount } from "../lib/format.ts";
import { nextMatches, noMatches, type HeldMatches } from "../lib/held-matches.ts";
import { comparedWords, unmatchedWords } from "../lib/match-words.ts";
import { partsOfNames } from "../lib/name-parts.ts";
import { emptyAsk, perPage, traitsOf, type SimilarAsk } from "../lib/similar-ask.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { useKeys } from "../state/keys.ts";
import { useListKeys } from "../state/list-keys.ts";
import type { NavigateOptions } from "../state/location.ts";
import { isSame, selectionStore, toggleSelected, type SelectedItem } from "../state/selection.ts";
import type { Similar } from "../state/similar.ts";
import { useStore } from "../state/store.ts";
import { MatchCard } from "./match-card.tsx";
import { Notice } from "./notice.tsx";
import { SearchRefused } from "./search-refused.tsx";
import { SeenBeforeBanner } from "./seen-before.tsx";

/** As many as the server gives of one search. */
const limitMax = 1000;

export interface SimilarResultsProps {
  readonly ask: SimilarAsk;
  readonly similar: Similar;
  /** What is searched. */
  readonly window: TimeRange;
  readonly onChange: (change: Partial<SimilarAsk>, options?: NavigateOptions) => void;
}

export function SimilarResults({
  ask,
  similar,
  window,
  onChange,
}: SimilarResultsProps): JSX.Element {
  const { answer, isStale, isRunning, isComplete, failure, again } = similar;
  const selection = useStore(selectionStore);
  const { held, hold, release } = useHeldMatches(similar);
  const query = answer?.query;
  const itemOf = (match: SimilarMatchJson): SelectedItem => ({
    name: match.name,
    from: Math.floor(query?.from ?? 0),
    until: Math.ceil(query?.until ?? 0),
  });
  const searchWith = (name: string): void => {
    onChange({ target: { kind: "series", name } });
    scrollTo(0, 0);
  };
  const more = (): void => {
    onChange({ limit: Math.min(limitMax, ask.limit + perPage) }, { isReplacing: true });
  };
  useResultKeys({
    matches: held.shown,
    onSelect: (match) => toggleSelected(itemOf(match)),
    onSearch: ({ name }) => searchWith(name),
    onMore: () => {
      if (!isComplete && !isRunning) more();
    },
  });

  if (failure !== undefined && (answer === undefined || held.shown.length === 0)) {
    return (
      <SearchRefused
        ask={ask}
        window={window}
        failure={failure}
        onAgain={again}
        onChange={onChange}
      />
    );
  }
  if (answer === undefined || query === undefined) {
    return (
      <p class="waiting" role="status">
        Searching…
      </p>
    );
  }
  const parts = partsOfNames(held.shown.map(({ name }) => name));
  return (
    <section
      aria-label="Results"
      class={isStale ? "results results-stale" : "results"}
      aria-busy={isRunning}
      data-final={!isStale && answer.final}
      data-exact={answer.exact}
      data-compared={answer.compared}
      data-total={answer.total}
      // Not on entering: who has just asked anew and keeps still waits for the whole answer.
      onPointerMove={(event) => {
        if (event.pointerType === "mouse") hold(true);
      }}
      onPointerLeave={() => hold(false)}
      onFocusIn={(event) => {
        if (event.currentTarget.querySelector(":focus-visible") !== null) hold(true);
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) hold(false);
      }}
    >
      {answer.seenBefore.map((seen) => (
        <SeenBeforeBanner key={seen.collection} seen={seen} />
      ))}
      <div class="found-words">
        <p role="status">{isStale ? "Searching…" : comparedWords(answer)}</p>
        <LineKey method={answer.query.method} />
        <button type="button" class="small quiet" onClick={again} disabled={isRunning}>
          Again
        </button>
      </div>
      {answer.limitedTo !== null && <p class="soft">{answer.limitedTo}</p>}
      <Unmatched unmatched={answer.unmatched} />
      <div role="status">
        {held.isBehind && (
          <button type="button" class="waiting-bar" onClick={release}>
            ↑ a better order
          </button>
        )}
      </div>
      {held.shown.length === 0 && !isRunning ? (
        <NothingAlike ask={ask} onChange={onChange} total={answer.total} />
      ) : (
        <ul class="hits">
          {held.shown.map((match) => (
            <MatchCard
              key={match.name}
              match={match}
              query={query}
              parts={parts.get(match.name)}
              isSelected={selection.some((item) => isSame(item, itemOf(match)))}
              onSelect={() => toggleSelected(itemOf(match))}
              onSearch={() => searchWith(match.name)}
              onExclude={(exclude) =>
                onChange({ exclude: [...new Set([...ask.exclude, exclude])] })
              }
            />
          ))}
        </ul>
      )}
      {failure !== undefined && (
        <p class="problem" role="alert">
          {failure.message}
        </p>
      )}
      {held.shown.length > 0 && (
        <p class="more">
          {isComplete || ask.limit >= limitMax ? (
            <span class="soft">
              {isComplete
                ? `These are all ${formatCount(held.shown.length)} that can be compared.`
                : "More than a thousand are not shown: narrow the names down."}
            </span>
          ) : (
            <button type="button" data-more disabled={isRunning} onClick={more}>
              {isRunning ? "Searching…" : `Show ${perPage} more`} <kbd>m</kbd>
            </button>
          )}
        </p>
      )}
    </section>
  );
}

/** Matches in places that change only when nobody is at them. */
function useHeldMatches({ matches, answer, isStale }: Similar): {
  readonly held: HeldMatches;
  readonly hold: (isHeld: boolean) => void;
  readonly release: () => void;
} {
  const [heldFor, setHeldFor] = useState<string | null>(null);
  const [, setRound] = useState(0);
  const before = useRef<{ readonly asked: string; readonly held: HeldMatches }>({
    asked: "",
    held: noMatches,
  });
  const { name, from, until, method } = answer?.query ?? {};
  // Of another question nothing has to stay in its place.
  const asked = `${name ?? ""} ${from ?? ""} ${until ?? ""} ${method ?? ""}`;
  const isSameQuestion = asked === before.current.asked && !isStale;
  const held = nextMatches(before.current.held, matches, heldFor === asked && isSameQuestion);
  before.current = { asked, held };
  return {
    held,
    hold: (isHeld) => setHeldFor(isHeld ? asked : null),
    release: () => {
      before.current = { asked, held: nextMatches(held, matches, false) };
      setHeldFor(null);
      setRound((round) => round + 1);
    },
  };
}

function useResultKeys({
  matches,
  onSelect,
  onSearch,
  onMore,
}: {
  readonly matches: readonly SimilarMatchJson[];
  readonly onSelect: (match: SimilarMatchJson) => void;
  readonly onSearch: (match: SimilarMatchJson) => void;
  readonly onMore: () => void;
}): void {
  useListKeys(".hit-name");
  /** The result that has the focus, or else the one under the pointer. */
  const current = (): Element | null =>
    document.activeElement?.closest("[data-match]") ??
    document.querySelector("[data-match]:hover") ??
    document.querySelector("[data-match]");
  const withCurrent = (act: (match: SimilarMatchJson) => void) => (): void => {
    const name = current()?.getAttribute("data-match");
    const match = matches.find((one) => one.name === name);
    if (match !== undefined) act(match);
  };
  useKeys({
    x: withCurrent(onSelect),
    s: withCurrent(onSearch),
    e: () => current()?.querySelector<HTMLElement>("[data-leave-out]")?.click(),
    m: onMore,
  });
}

function LineKey({ method }: { readonly method: SimilarAsk["method"] }): JSX.Element {
  return (
    <span class="keys">
      <span class="key">
        <i />
        match
      </span>
      {method === "change" ? (
        <span class="key">
          <i class="key-band" />
          window
        </span>
      ) : (
        <span class="key">
          <i class="key-overlay" />
          what you look for, laid over it
        </span>
      )}
    </span>
  );
}

function Unmatched({
  unmatched,
}: {
  readonly unmatched: Readonly<Record<string, number>>;
}): JSX.Element | null {
  const words = unmatchedWords(unmatched);
  if (words.length === 0) return null;
  const count = Object.values(unmatched).reduce((sum, one) => sum + one, 0);
  return (
    <details class="unmatched">
      <summary>{formatCount(count)} could not be compared</summary>
      <ul>
        {words.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

function NothingAlike({
  ask,
  total,
  onChange,
}: {
  readonly ask: SimilarAsk;
  readonly total: number;
  readonly onChange: SimilarResultsProps["onChange"];
}): JSX.Element {
  const isNarrowed = ask.filter !== "" || ask.exclude.length > 0;
  return (
    <Notice title="Nothing to show">
      <p>
        {isNarrowed
          ? "No metric of these names can be compared in this window."
          : total <= 1
            ? "There is no other metric yet."
            : ask.method === "change"
              ? "No metric changed more at this time than chance would have it."
              : "No other metric can be compared in this window; see above why."}
      </p>
      {isNarrowed && (
        <button type="button" onClick={() => onChange({ filter: "", exclude: [] })}>
          Take all names
        </button>
      )}
      {!isNarrowed && ask.method !== "best" && (
        <button type="button" onClick={() => onChange({ method: emptyAsk.method })}>
          Search with {traitsOf(emptyAsk.method).label}
        </button>
      )}
    </Notice>
  );
}
