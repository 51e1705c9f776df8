/** Everything that was saved: a list, and the way out into a file and back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CollectionSummaryJson } from "../../src/webapp/contract.ts";
import {
  deleteCollection,
  exportPath,
  fetchCollections,
  importCollections,
} from "../api/collections.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { FileButtons } from "../components/file-buttons.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { formatDay } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import { collectionPath } from "../lib/route.ts";
import { useListKeys } from "../state/list-keys.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";

const shownMetricCount = 4;

export function CollectionsPage(): JSX.Element {
  const { value, failure, refresh } = useQuery("collections", fetchCollections);
  const [doomed, setDoomed] = useState<CollectionSummaryJson | null>(null);
  useListKeys("a.collection-link");
  return (
    <section class="page">
      <div class="page-head">
        <h1 class="plain">Collections</h1>
        <FileButtons
          kind="collections"
          hasAny={(value?.length ?? 0) > 0}
          exportPath={exportPath}
          fileMibMax={32}
          onFile={importCollections}
          onImported={refresh}
        />
      </div>
      {value === undefined ? (
        failure !== undefined ? (
          <FailureNotice failure={failure} what="The collections" onRetry={refresh} />
        ) : (
          <Waiting what="the collections" />
        )
      ) : value.length === 0 ? (
        <NoCollections />
      ) : (
        <ul class="collections">
          {value.map((collection) => (
            <CollectionRow
              key={collection.id}
              collection={collection}
              onDelete={() => setDoomed(collection)}
            />
          ))}
        </ul>
      )}
      {doomed !== null && (
        <DeleteDialog collection={doomed} onClose={() => setDoomed(null)} onDeleted={refresh} />
      )}
    </section>
  );
}

function CollectionRow({
  collection,
  onDelete,
}: {
  readonly collection: CollectionSummaryJson;
  readonly onDelete: () => void;
}): JSX.Element {
  const { id, name, note, created, metrics } = collection;
  const others = metrics.length - shownMetricCount;
  return (
    <li class="panel collection-row" data-collection={id}>
      <div>
        <h2>
          <a class="collection-link" href={collectionPath(id)}>
            {name}
          </a>
        </h2>
        {note !== "" && <p class="collection-note">{note}</p>}
        <p class="soft mono collection-metrics">
          {metrics.slice(0, shownMetricCount).join("  ·  ")}
          {others > 0 && `  ·  and ${others} more`}
        </p>
      </div>
      <div class="collection-facts soft">
        <span>{counted(metrics.length, "metric")}</span>
        <span>{formatDay(created)}</span>
        <button type="button" class="small" aria-label={`Delete ${name}`} onClick={onDelete}>
          Delete
        </button>
      </div>
    </li>
  );
}

export function DeleteDialog({
  collection,
  onClose,
  onDeleted,
}: {
  readonly collection: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}): JSX.Element {
  return (
    <ConfirmDialog
      title="Delete this collection?"
      action="Delete"
      onClose={onClose}
      onConfirm={async () => {
        const result = await whenSignedIn("Deleting a collection", () =>
          deleteCollection(collection.id),
        );
        if (result.ok) onDeleted();
        return result;
      }}
    >
      <p>
        “{collection.name}”, its note and what its metrics looked like are gone then. The metrics
        themselves stay.
      </p>
    </ConfirmDialog>
  );
}

function NoCollections(): JSX.Element {
  return (
    <Notice title="Nothing is saved yet">
      <p>
        A collection keeps how some metrics looked in one window, under a name and with a note:
        “card provider slow”. When a search or a new anomaly looks like it again, Kale says so.
      </p>
      <p>
        Search for what moved together, select results with <kbd>x</kbd>, save them with{" "}
        <kbd>c</kbd>.
      </p>
      <a class="button" href="/oculus">
        To the search
      </a>
    </Notice>
  );
}
