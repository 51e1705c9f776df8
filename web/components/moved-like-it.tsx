/** The few metrics most like an anomaly, beside it; the whole answer is one key away. */
import type { JSX } from "preact";
import type { AnomalyJson, SimilarJson } from "../../src/webapp/contract.ts";
import { fetchJson } from "../api/fetch-json.ts";
import { lagWords, likenessWords } from "../lib/match-words.ts";
import { partsOfNames } from "../lib/name-parts.ts";
import { emptyAsk, similarPath, similarRequestPath } from "../lib/similar-ask.ts";
import { pageId } from "../state/page-id.ts";
import { useQuery } from "../state/query.ts";
import { SeriesName } from "./series-name.tsx";
import { Sparkline } from "./sparkline.tsx";

const shownCount = 8;
/** The window of what goes on grows all the time; it is asked anew once in so long. */
const stepSeconds = 60;
/** Whoever walks the list with keys passes most of it: only what is stayed at is searched. */
const settleMs = 200;
/** Less alike than this is not worth a place here. */
const likenessMin = 50;

/** What to search with, at steps, so that it is the same question for a while. */
export function pathOfAnomaly({ name, searchFrom, searchUntil }: AnomalyJson): string {
  return similarPath({
    target: { kind: "series", name },
    range: { from: searchFrom, until: searchUntil },
  });
}

export function MovedLikeIt({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { name } = anomaly;
  const from = Math.floor(anomaly.searchFrom / stepSeconds) * stepSeconds;
  const until = Math.floor(anomaly.searchUntil / stepSeconds) * stepSeconds;
  const { value, failure } = useQuery(
    `similar ${name} ${from} ${until}`,
    async (signal) => {
      await settled();
      const ask = {
        ...emptyAsk,
        target: { kind: "series", name },
        range: { from, until },
      } as const;
      const part = { limit: shownCount, offset: 0, page: pageId("anomaly") };
      return fetchJson<SimilarJson>(similarRequestPath(ask, part), signal);
    },
    { keepsFormer: true },
  );
  const matches = (value?.matches ?? []).filter(({ likeness }) => likeness >= likenessMin);
  const parts = partsOfNames(matches.map((match) => match.name));
  return (
    <section class="likes" data-moved-like={name}>
      <h3>
        Moved like it
        <a class="link" href={pathOfAnomaly(anomaly)}>
          all
        </a>
      </h3>
      {failure !== undefined && <p class="soft">{failure.message}</p>}
      {value === undefined && failure === undefined && <p class="soft">Searching…</p>}
      {value !== undefined && matches.length === 0 && (
        <p class="soft">Nothing is much like it, among {value.compared} metrics compared.</p>
      )}
      <ul>
        {matches.map((match) => (
          <li key={match.name}>
            <a
              class="like"
              href={similarPath({
                target: { kind: "series", name: match.name },
                range: { from, until },
              })}
              data-like={match.name}
            >
              <SeriesName name={match.name} parts={parts.get(match.name)} />
              <Sparkline
                name={match.name}
                width={76}
                height={24}
                seconds={until - from}
                until={until}
              />
              <span class="like-score">
                {likenessWords(match.likeness)}
                <small>{match.sign < 0 ? "inverse" : lagWords(match.lag)}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, settleMs));
}
