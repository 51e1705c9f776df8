/** A strip above the page while the machines that keep the samples are away, or are being read. */
import type { JSX } from "preact";
import { remoteTrouble } from "../lib/remote-words.ts";
import { liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";

export function RemoteBanner(): JSX.Element | null {
  const summary = useStore(liveStore, (live) => live.summary);
  const trouble = summary === null ? undefined : remoteTrouble(summary.remote, summary.now);
  if (trouble === undefined) return null;
  return (
    <div class="banner" role="status">
      <p>
        <strong>
          <span aria-hidden="true">▲ </span>
          {trouble.title}
        </strong>{" "}
        {trouble.words}{" "}
        <a class="link" href="/status">
          Status
        </a>
      </p>
    </div>
  );
}
