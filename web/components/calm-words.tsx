/** One line about everything that is not on the page, so that nobody wonders where it went. */
import type { JSX } from "preact";
import { counted, formatCount } from "../lib/format.ts";
import { liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";

export function CalmWords(): JSX.Element | null {
  const summary = useStore(liveStore, ({ summary: newest }) => newest);
  if (summary === null || summary.metrics === 0) return null;
  const calm = summary.metrics - summary.abnormal;
  const parts = [
    [summary.reading, "of which the history is being read"],
    [summary.learning - summary.reading, "still being learned"],
    [summary.tooShort - summary.learning, "with too few samples to judge yet"],
    [summary.boring, "flat"],
    [summary.stale, "silent"],
  ] as const;
  const some = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${formatCount(count)} ${what}`);
  return (
    <p class="calm">
      {counted(calm, "metric")} not abnormal {calm === 1 ? "is" : "are"} not shown
      {some.length > 0 && `, among them ${some.join(", ")}`}.{" "}
      <a class="link" href="/explore">
        Look through all
      </a>
    </p>
  );
}
