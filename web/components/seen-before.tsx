/** "Seen before": saved collections that a window looks like, each a way to what was learned then. */
import type { JSX } from "preact";
import type { SeenBeforeJson } from "../../src/webapp/contract.ts";
import { formatDay } from "../lib/calendar.ts";
import { likenessWords } from "../lib/match-words.ts";
import { collectionPath } from "../lib/route.ts";

export function SeenBeforeBanner({ seen }: { readonly seen: SeenBeforeJson }): JSX.Element {
  return (
    <a class="seen" href={collectionPath(seen.collection)} data-seen-before={seen.collection}>
      <span>
        <b>Seen before:</b> “{seen.name}” · {formatDay(seen.from)} · {likenessWords(seen.likeness)},
        like <span class="mono">{seen.metric}</span>
      </span>
      <span>open</span>
    </a>
  );
}

export function SeenBeforeTag({ seen }: { readonly seen: SeenBeforeJson }): JSX.Element {
  return (
    <a
      class="tag ok"
      href={collectionPath(seen.collection)}
      title={`like ${seen.metric} on ${formatDay(seen.from)}`}
      data-seen-before={seen.collection}
    >
      seen before: “{seen.name}”, {likenessWords(seen.likeness)}
    </a>
  );
}
