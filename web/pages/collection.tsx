/** One collection: its metrics as they were when it was saved, or the same ones now. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type {
  CollectionChangeJson,
  CollectionItemJson,
  CollectionJson,
} from "../../src/webapp/contract.ts";
import { changeCollection, exportPath, fetchCollection } from "../api/collections.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { RenameCollectionDialog } from "../components/save-dialog.tsx";
import { SavedGraph } from "../components/saved-graph.tsx";
import { SeriesName } from "../components/series-name.tsx";
import { formatDay, formatSpan } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import { partsOfNames } from "../lib/name-parts.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { similarPath } from "../lib/similar-ask.ts";
import { useKeys } from "../state/keys.ts";
import { useListKeys } from "../state/list-keys.ts";
import { navigate, navigateQuery, placeStore } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";
import { useShownName } from "../state/shown-name.ts";
import { useStore } from "../state/store.ts";
import { DeleteDialog } from "./collections.tsx";

export function CollectionPage({ id }: { readonly id: string }): JSX.Element {
  const { value, failure, refresh } = useQuery(`collection ${id}`, (signal) =>
    fetchCollection(id, signal),
  );
  useShownName(value?.name);
  return (
    <section class="page">
      <a class="back" href="/collections">
        ← All collections
      </a>
      {value !== undefined ? (
        <Opened collection={value} onChanged={refresh} />
      ) : failure?.status === 404 ? (
        <Notice title="There is no such collection">
          <p>It may have been deleted, or the link lost some letters.</p>
          <a class="button" href="/collections">
            All collections
          </a>
        </Notice>
      ) : failure !== undefined ? (
        <FailureNotice failure={failure} what="The collection" onRetry={refresh} />
      ) : (
        <Waiting what="the collection" />
      )}
    </section>
  );
}

function Opened({
  collection,
  onChanged,
}: {
  readonly collection: CollectionJson;
  readonly onChanged: () => void;
}): JSX.Element {
  const { id, name, note, created, changed, items } = collection;
  const { query } = useStore(placeStore);
  const isLive = query.get("live") === "1";
  const [isEditing, setEditing] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const [leaving, setLeaving] = useState<number | null>(null);
  const setLive = (live: boolean): void => {
    navigateQuery({ live: live ? 1 : undefined }, { isReplacing: true });
  };
  useKeys({ l: () => setLive(!isLive) });
  useListKeys(".hit-name");
  const parts = partsOfNames(items.map((item) => item.name));

  const change = async (part: CollectionChangeJson): Promise<FetchResult<CollectionJson>> => {
    const result = await whenSignedIn("Changing a collection", () =>
      changeCollection(id, { ...part, changed }),
    );
    if (result.ok) onChanged();
    return result;
  };
  const left = leaving === null ? undefined : items[leaving];

  return (
    <>
      <h1 class="plain collection-title" tabIndex={-1}>
        {name}
      </h1>
      {note !== "" && <p class="collection-note">{note}</p>}
      <p class="soft">
        {counted(items.length, "metric")}, saved {formatDay(created)}
        {changed - created > 60 && `, changed ${formatDay(changed)}`}
      </p>
      <div class="bar collection-bar">
        <div class="segments" role="group" aria-label="Which graphs">
          <button type="button" aria-pressed={!isLive} onClick={() => setLive(false)}>
            As they were
          </button>
          <button type="button" aria-pressed={isLive} onClick={() => setLive(true)}>
            Live
          </button>
        </div>
        <button type="button" onClick={() => setEditing(true)}>
          Edit name and note
        </button>
        <a
          class="button"
          href={withQuery(exportPath, { id })}
          download={`kale-collection-${id}.json`}
        >
          Export
        </a>
        <button type="button" onClick={() => setDoomed(true)}>
          Delete
        </button>
        {isLive && (
          <span class="keys soft">
            <span class="key">
              <i />
              now
            </span>
            <span class="key">
              <i class="key-overlay" />
              as it was
            </span>
          </span>
        )}
      </div>
      <ul class="hits">
        {items.map((item, place) => (
          <li
            key={`${item.name} ${item.from} ${item.until}`}
            class="hit hit-saved"
            data-item={item.name}
          >
            <div class="hit-head">
              <a class="hit-name" href={windowPath(item, isLive)}>
                <SeriesName name={item.name} parts={parts.get(item.name)} />
              </a>
              <span class="soft hit-when">
                {isLive ? "now" : formatSpan(item.from, item.until, nowSeconds())}
              </span>
              <span class="hit-acts">
                <a
                  class="button small quiet"
                  href={similarPath({
                    target: { kind: "series", name: item.name },
                    range: isLive ? undefined : { from: item.from, until: item.until },
                  })}
                >
                  What moved like it
                </a>
                <button
                  type="button"
                  class="small quiet"
                  aria-label={`Remove ${item.name}`}
                  onClick={() => setLeaving(place)}
                >
                  Remove
                </button>
              </span>
            </div>
            <SavedGraph item={item} isLive={isLive} />
          </li>
        ))}
      </ul>
      {items.length === 0 && <p class="soft">It has no metric any more.</p>}
      {isEditing && (
        <RenameCollectionDialog
          collection={collection}
          onSave={change}
          onClose={() => setEditing(false)}
        />
      )}
      {isDoomed && (
        <DeleteDialog
          collection={collection}
          onClose={() => setDoomed(false)}
          onDeleted={() => navigate("/collections")}
        />
      )}
      {left !== undefined && leaving !== null && (
        <ConfirmDialog
          title="Remove this metric?"
          action="Remove"
          onClose={() => setLeaving(null)}
          onConfirm={() => change({ remove: [leaving] })}
        >
          <p>
            How <span class="mono">{left.name}</span> looked is gone from “{name}” then.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function windowPath({ name, from, until }: CollectionItemJson, isLive: boolean): string {
  const window = { from: Math.floor(from), until: Math.ceil(until) };
  return withQuery(metricPath(name), isLive ? { range: "1h" } : window);
}
