/** A strip above the page while the program reads what it kept: metrics are taken in, nothing answers yet. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { StartingJson } from "../../src/webapp/contract.ts";
import { fetchJson } from "../api/fetch-json.ts";

const lookMs = 500;

export function StartingBanner(): JSX.Element | null {
  const [state, setState] = useState<StartingJson | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasStarting = false;
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const result = await fetchJson<StartingJson>("/kale/starting", abort.signal);
      if (abort.signal.aborted) return;
      if (result.ok && !result.value.starting) {
        // What the page asked meanwhile has failed.
        if (wasStarting) location.reload();
        return;
      }
      if (result.ok) {
        wasStarting = true;
        setState(result.value);
      }
      timer = setTimeout(() => void look(), lookMs);
    };
    void look();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, []);
  if (state === null) return null;
  const percent = Math.floor(state.share * 100);
  return (
    <div class="banner" role="status">
      <p>
        <strong>Starting: {percent} %</strong>{" "}
        <progress max={100} value={percent} aria-label="How much of what was kept is read" />{" "}
        Metrics are taken in; graphs and searches answer when what was kept has been read.
      </p>
    </div>
  );
}
