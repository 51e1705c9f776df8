/** Whether Kale is alive, in a few words: how much it watches, when it last judged, and if this page follows. */
import type { JSX } from "preact";
import type { SummaryJson } from "../../src/webapp/contract.ts";
import type { StreamState } from "../api/event-stream.ts";
import { counted, formatCount, formatDuration } from "../lib/format.ts";
import { judgedWords } from "../lib/judged-words.ts";
import { liveStore, pauseLive, resumeLive } from "../state/live.ts";
import { useNow } from "../state/now.ts";
import { useStore } from "../state/store.ts";

export function Pulse(): JSX.Element {
  const { stream, summary, summaryAt } = useStore(liveStore);
  const now = useNow();
  const isPaused = stream.kind === "paused";
  const tone =
    isPaused || stream.kind === "reconnecting" ? "off" : troubles(summary) ? "slow" : "ok";
  return (
    <div class="pulse">
      <i class={`pulse-${tone}`} aria-hidden="true" />
      <span class="pulse-words">
        {summary !== null && <span class="pulse-more">{wordsOf(summary, now - summaryAt)} · </span>}
        <span role="status">{streamWords(stream)}</span>
      </span>
      <button
        type="button"
        class="icon"
        onClick={isPaused ? resumeLive : pauseLive}
        aria-label={isPaused ? "Resume live updates" : "Pause live updates"}
        title={isPaused ? "Resume live updates" : "Pause live updates"}
      >
        {isPaused ? "▶" : "❚❚"}
      </button>
    </div>
  );
}

function wordsOf(summary: SummaryJson, summaryAge: number): string {
  const words = [counted(summary.metrics, "metric")];
  const judged = judgedWords(summary, summaryAge);
  if (judged !== "") words.push(judged);
  if (!summary.keepsUp) words.push(`${formatDuration(summary.lagSeconds)} behind`);
  if (isLate(summary.suspects, summary.suspectSeconds)) {
    const wait = formatDuration(summary.suspectSeconds);
    words.push(`${formatCount(summary.suspects)} likely abnormal to be judged, ${wait} behind`);
  }
  if (isLate(summary.untold, summary.untoldSeconds)) {
    const wait = formatDuration(summary.untoldSeconds);
    words.push(`${counted(summary.untold, "anomaly", "anomalies")} to be told, ${wait} behind`);
  }
  if (!summary.durable) words.push("not saved to disk");
  return words.join(" · ");
}

function troubles(summary: SummaryJson | null): boolean {
  return summary !== null && (!summary.keepsUp || !summary.durable || isStorm(summary));
}

/** So much happens at once that judging or telling it takes its time. */
function isStorm({ suspects, suspectSeconds, untold, untoldSeconds }: SummaryJson): boolean {
  return isLate(suspects, suspectSeconds) || isLate(untold, untoldSeconds);
}

function isLate(count: number, seconds: number): boolean {
  return count > 0 && seconds >= 1;
}

function streamWords(stream: StreamState): string {
  switch (stream.kind) {
    case "connecting":
      return "connecting…";
    case "live":
      return "live";
    case "paused":
      return "paused";
    case "reconnecting":
      return `reconnecting, next try within ${formatDuration(stream.waitMs / 1000)}`;
  }
}
