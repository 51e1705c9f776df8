/** Why a search could not be made, and the next step that fits the reason. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { FetchFailure } from "../api/fetch-json.ts";
import { fetchPoints } from "../api/kale.ts";
import { fittedWindow } from "../lib/fit-window.ts";
import { nextStepWords } from "../lib/match-words.ts";
import { withQuery } from "../lib/route.ts";
import type { SimilarAsk } from "../lib/similar-ask.ts";
import { secondsPerDay, zoomed, type TimeRange } from "../lib/time-range.ts";
import { nowSeconds } from "../state/now.ts";
import { Notice } from "./notice.tsx";

/** Refusals that another window may lift: one with samples, or one in which something happens. */
const wantsSamples = ["empty", "empty-window", "starts-late", "ends-early", "too-sparse"];
const wantsMore = ["flat", "too-sparse"];
/** How far back samples are looked for. */
const lookBackSeconds = 14 * secondsPerDay;

export function SearchRefused({
  ask,
  window,
  failure,
  onAgain,
  onChange,
}: {
  readonly ask: SimilarAsk;
  readonly window: TimeRange;
  readonly failure: FetchFailure;
  readonly onAgain: () => void;
  readonly onChange: (change: Partial<SimilarAsk>) => void;
}): JSX.Element {
  const { code, status, message } = failure;
  const name = ask.target.kind === "series" ? ask.target.name : "";
  const [problem, setProblem] = useState("");

  const fit = async (): Promise<void> => {
    setProblem("");
    const inside = await fetchPoints({ name, ...window, maxPoints: 1000 });
    const isEmpty = inside.ok && inside.value.points.length === 0;
    const found = isEmpty
      ? await fetchPoints({
          name,
          from: window.until - lookBackSeconds,
          until: window.until,
          maxPoints: 1000,
        })
      : inside;
    const range = found.ok ? fittedWindow(window, found.value.points) : undefined;
    if (range !== undefined) onChange({ range });
    else if (!found.ok) setProblem(found.failure.message);
    else setProblem("It has less than a minute of samples so far; try again in a moment.");
  };

  return (
    <Notice title={titleOf(code, status)} tone="problem">
      <p>{message}</p>
      {nextStepWords(code) !== "" && <p>{nextStepWords(code)}</p>}
      <div class="notice-acts">
        {code === "unknown-series" && (
          <a class="button" href={withQuery("/explore", { q: name.split(/[.;]/)[0] })}>
            Look for names like it
          </a>
        )}
        {code === "bad-lag" && (
          <button type="button" onClick={() => onChange({ lagSeconds: undefined })}>
            The usual lag
          </button>
        )}
        {name !== "" && wantsSamples.includes(code) && (
          <button type="button" onClick={() => void fit()}>
            Where it has samples
          </button>
        )}
        {wantsMore.includes(code) && (
          <button
            type="button"
            onClick={() => onChange({ range: zoomed(window, 4, nowSeconds()) })}
          >
            A window four times as long
          </button>
        )}
        {code !== "unknown-series" && (
          <button type="button" onClick={onAgain}>
            Try again
          </button>
        )}
      </div>
      {problem !== "" && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </Notice>
  );
}

function titleOf(code: string, status: number): string {
  if (status === 0 || status >= 500) return "The search did not come to an end";
  if (code === "unknown-series") return "No metric has this name";
  if (code === "flat") return "A level line has no shape";
  return "The search cannot be made like this";
}
