/** The first start: nothing has arrived, so this says how to send something, with the real ports. */
import type { JSX } from "preact";
import { fetchSources } from "../api/kale.ts";
import { firstLines } from "../lib/send-snippets.ts";
import { targetsOf } from "../lib/source-targets.ts";
import { useQuery } from "../state/query.ts";
import { CopyBlock } from "./copy-block.tsx";
import { Notice } from "./notice.tsx";

export function FirstMetric(): JSX.Element {
  const { value } = useQuery("sources", fetchSources, { everyMs: 10_000 });
  const lines = value === undefined ? [] : firstLines(targetsOf(value.sources, location.hostname));
  return (
    <Notice title="Nothing has arrived yet">
      <p>
        Send a metric and this page wakes up by itself. Any of these lines does it; then find it
        under Metrics, where it is judged within a minute.
      </p>
      {lines.map((snippet) => (
        <CopyBlock key={snippet.title} {...snippet} />
      ))}
      {value !== undefined && lines.length === 0 && (
        <p>
          No listener is open, so nothing can arrive.{" "}
          <a class="link" href="/sources">
            Sources
          </a>{" "}
          says why.
        </p>
      )}
      <p>
        <a class="link" href="/sources">
          Settings for collectd, Telegraf, StatsD, carbon-relay
        </a>
      </p>
    </Notice>
  );
}
