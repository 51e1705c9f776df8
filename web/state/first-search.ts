/**
 * The search that the address asks for, begun before there is a page to show it. The page takes it over
 * with the answers that came meanwhile; nobody gets it twice.
 */
import type { SimilarJson } from "../../src/webapp/contract.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { searchSimilar } from "../api/similar.ts";
import { parsePath } from "../lib/route.ts";
import { questionOf, readAsk, type SimilarAsk } from "../lib/similar-ask.ts";
import { pageId } from "./page-id.ts";

export class FirstSearch {
  readonly ask: SimilarAsk;
  readonly #result: Promise<FetchResult<SimilarJson>>;
  readonly #abort = new AbortController();
  #answer: SimilarJson | undefined;
  #onAnswer: ((answer: SimilarJson) => void) | undefined;

  constructor(ask: SimilarAsk) {
    this.ask = ask;
    const part = { limit: ask.limit, offset: 0, page: pageId("similar") };
    this.#result = searchSimilar(ask, part, {
      signal: this.#abort.signal,
      onAnswer: (answer) => {
        this.#answer = answer;
        this.#onAnswer?.(answer);
      },
    });
  }

  /** The newest so far. */
  get answer(): SimilarJson | undefined {
    return this.#answer;
  }

  /**
   * @param onAnswer  hears of the newest answer at once, and of every later one until somebody else follows
   * @param signal    ends the search
   */
  follow(
    onAnswer: (answer: SimilarJson) => void,
    signal?: AbortSignal,
  ): Promise<FetchResult<SimilarJson>> {
    signal?.addEventListener("abort", () => this.#abort.abort());
    this.#onAnswer = onAnswer;
    if (this.#answer !== undefined) onAnswer(this.#answer);
    return this.#result;
  }
}

let waiting: FirstSearch | undefined;

/** @param address  where the browser is; one that asks for no search begins none */
export function startFirstSearch({
  pathname,
  search,
}: Pick<Location, "pathname" | "search">): void {
  if (parsePath(pathname).page !== "similar") return;
  const ask = readAsk(new URLSearchParams(search));
  if (ask.target.kind !== "nothing") waiting = new FirstSearch(ask);
}

/** Waits for the first answer of the search that was begun, if one was, but no longer than given. */
export async function firstAnswerWithin(waitMs: number): Promise<void> {
  const first = waiting;
  if (first === undefined) return;
  await new Promise<void>((resolve) => {
    void first.follow(() => resolve()).then(() => resolve());
    setTimeout(resolve, waitMs);
  });
}

/** @returns the search of exactly this, once, if that is what the page was opened with */
export function takeFirstSearch(ask: SimilarAsk): FirstSearch | undefined {
  const first = waiting;
  waiting = undefined;
  const isSame = first?.ask.limit === ask.limit && questionOf(first.ask) === questionOf(ask);
  return isSame ? first : undefined;
}
