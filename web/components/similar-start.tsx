/** The search with nothing asked yet: what is abnormal now is the likeliest question. */
import type { JSX } from "preact";
import { similarPath } from "../lib/similar-ask.ts";
import { partsOfSentence } from "../lib/sentence.ts";
import { activeAnomalies, liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";
import { SeriesName } from "./series-name.tsx";
import { Sparkline } from "./sparkline.tsx";

const shownCount = 6;

export function SimilarStart(): JSX.Element {
  const active = activeAnomalies(useStore(liveStore)).slice(0, shownCount);
  return (
    <section class="page start">
      {active.length > 0 && (
        <>
          <h2 class="section">Start from what is abnormal now</h2>
          <ul class="cards">
            {active.map(({ id, name, started, ended, sentence, searchFrom, searchUntil }) => (
              <li key={id}>
                <a
                  class="card"
                  href={similarPath({
                    target: { kind: "series", name },
                    range: { from: searchFrom, until: searchUntil },
                  })}
                >
                  <span class="card-head">
                    <SeriesName name={name} />
                    <span class="soft">{partsOfSentence(sentence).lead}</span>
                  </span>
                  <Sparkline
                    name={name}
                    width={250}
                    height={48}
                    oddFrom={started}
                    oddUntil={ended}
                  />
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2 class="section">How it works</h2>
      <p class="start-words">
        Name a metric, or draw a line. Kale takes away level and scale and compares the shape with
        that of every metric over the same window: shifted in time, upside down, or stretched, as
        you choose. Nothing is left out beforehand, and the answer says whether it is exact. From an
        anomaly or any graph, press <kbd>s</kbd>.
      </p>
      <p>
        <a class="link" href="/help">
          Methods, lag, collections, and how to ask over HTTP
        </a>
      </p>
    </section>
  );
}
