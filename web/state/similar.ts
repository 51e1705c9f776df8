/**
 * A search on its way: the newest answer, further parts behind it, and what went wrong. A change of
 * what is asked starts anew; a larger limit only asks for the rest.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { SimilarJson, SimilarMatchJson } from "../../src/webapp/contract.ts";
import type { FetchFailure } from "../api/fetch-json.ts";
import { searchSimilar } from "../api/similar.ts";
import { questionOf, type SimilarAsk } from "../lib/similar-ask.ts";
import { takeFirstSearch, type FirstSearch } from "./first-search.ts";
import { pageId } from "./page-id.ts";

export interface Similar {
  /** Of this question; while it has none yet, of the one before, see `isStale`. */
  readonly answer: SimilarJson | undefined;
  readonly matches: readonly SimilarMatchJson[];
  readonly isStale: boolean;
  readonly isRunning: boolean;
  /** No more matches than these are to be had. */
  readonly isComplete: boolean;
  readonly failure: FetchFailure | undefined;
  readonly again: () => void;
}

interface State {
  readonly key: string;
  readonly answer: SimilarJson | undefined;
  readonly matches: readonly SimilarMatchJson[];
  readonly isRunning: boolean;
  readonly isComplete: boolean;
  readonly failure: FetchFailure | undefined;
}

const nothing: State = {
  key: "",
  answer: undefined,
  matches: [],
  isRunning: false,
  isComplete: false,
  failure: undefined,
};

export function useSimilar(ask: SimilarAsk): Similar {
  const [round, setRound] = useState(0);
  const key = `${round} ${questionOf(ask)}`;
  const [first] = useState(() => takeFirstSearch(ask));
  const [state, setState] = useState(() =>
    first?.answer === undefined ? nothing : stateOf(key, ask, first.answer),
  );
  const current = useRef(state);
  const untaken = useRef(first);

  // Not after the first painting, as effects are: the search can be under way meanwhile.
  useLayoutEffect(() => {
    const set = (next: State): void => {
      current.current = next;
      setState(next);
    };
    if (ask.target.kind === "nothing") {
      set(nothing);
      return undefined;
    }
    const abort = new AbortController();
    const { answer, matches } = current.current;
    const begun = untaken.current;
    untaken.current = undefined;
    if (current.current.key === key && answer?.final === true) {
      if (matches.length < ask.limit && !current.current.isComplete) {
        void continueSearch(ask, current.current, set, abort.signal);
      }
    } else void startSearch(ask, { key, begun, before: current.current }, set, abort.signal);
    return () => abort.abort();
  }, [key, ask.limit]);

  const isOwn = state.key === key;
  return {
    answer: state.answer,
    matches: state.matches,
    isStale: !isOwn || (state.isRunning && state.answer?.final !== false),
    isRunning: ask.target.kind !== "nothing" && (!isOwn || state.isRunning),
    isComplete: isOwn && state.isComplete,
    failure: isOwn ? state.failure : undefined,
    again: () => setRound((before) => before + 1),
  };
}

async function startSearch(
  ask: SimilarAsk,
  {
    key,
    begun,
    before,
  }: {
    readonly key: string;
    readonly begun: FirstSearch | undefined;
    readonly before: State;
  },
  set: (state: State) => void,
  signal: AbortSignal,
): Promise<void> {
  // What was found before stays, dimmed, until there is something to put in its place.
  set({ ...before, key, isRunning: true, isComplete: false, failure: undefined });
  const part = { limit: ask.limit, offset: 0, page: pageId("similar") };
  const take = (answer: SimilarJson): void => {
    if (!signal.aborted) set(stateOf(key, ask, answer));
  };
  const result = await (begun?.follow(take, signal) ??
    searchSimilar(ask, part, { signal, onAnswer: take }));
  if (!result.ok && !signal.aborted) set({ ...nothing, key, failure: result.failure });
}

function stateOf(key: string, ask: SimilarAsk, answer: SimilarJson): State {
  const { matches, final } = answer;
  const isComplete = final && matches.length < ask.limit;
  return { key, answer, matches, isRunning: !final, isComplete, failure: undefined };
}

/** Asks for what comes behind the matches there are, in the window that was compared. */
async function continueSearch(
  ask: SimilarAsk,
  before: State,
  set: (state: State) => void,
  signal: AbortSignal,
): Promise<void> {
  set({ ...before, isRunning: true, failure: undefined });
  const { from, until } = before.answer?.query ?? {};
  const range = from === undefined || until === undefined ? ask.range : { from, until };
  const limit = ask.limit - before.matches.length;
  const part = { limit, offset: before.matches.length, page: pageId("similar") };
  const result = await searchSimilar({ ...ask, range }, part, { signal });
  if (signal.aborted) return;
  if (!result.ok) {
    set({ ...before, isRunning: false, failure: result.failure });
    return;
  }
  const known = new Set(before.matches.map(({ name }) => name));
  const more = result.value.matches.filter(({ name }) => !known.has(name));
  const matches = [...before.matches, ...more];
  const isComplete = result.value.matches.length < limit;
  set({ ...before, matches, isRunning: false, isComplete, failure: undefined });
}
