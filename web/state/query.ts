/** A component's question to the server: asked when it is shown, again on its terms, given up when gone. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { FetchFailure, FetchResult } from "../api/fetch-json.ts";

export interface Query<T> {
  /** The newest answer to this question; kept while a newer one is fetched or fails. */
  readonly value: T | undefined;
  readonly failure: FetchFailure | undefined;
  readonly isLoading: boolean;
  readonly refresh: () => void;
}

export interface QueryOptions {
  /** Asks again this long after each answer, while the page is visible. */
  readonly everyMs?: number | undefined;
  /** Keeps showing the answer to the former question until the new one is answered. */
  readonly keepsFormer?: boolean;
}

/**
 * @param key  what is asked; another key is another question. Null asks nothing.
 * @param ask  does it; called with the newest closure
 */
export function useQuery<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<FetchResult<T>>,
  { everyMs, keepsFormer = false }: QueryOptions = {},
): Query<T> {
  const [state, setState] = useState<{
    readonly key: string | null;
    readonly value: T | undefined;
    readonly failure: FetchFailure | undefined;
  }>({ key: null, value: undefined, failure: undefined });
  const [round, setRound] = useState(0);
  const newestAsk = useRef(ask);
  newestAsk.current = ask;

  useEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      if (!document.hidden) {
        const result = await newestAsk.current(abort.signal);
        if (abort.signal.aborted) return;
        setState((before) => ({
          key,
          value: result.ok ? result.value : before.key === key ? before.value : undefined,
          failure: result.ok ? undefined : result.failure,
        }));
      }
      if (everyMs !== undefined) timer = setTimeout(() => void run(), everyMs);
    };
    void run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, round]);

  const isAnswered = state.key === key;
  return {
    value: isAnswered || (keepsFormer && key !== null) ? state.value : undefined,
    failure: isAnswered ? state.failure : undefined,
    isLoading: key !== null && !isAnswered,
    refresh: () => setRound((before) => before + 1),
  };
}
