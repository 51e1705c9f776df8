/** Keeps metrics with their windows: as a new collection, or in one there is; and renames a collection. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CollectionJson } from "../../src/webapp/contract.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { changeCollection, createCollection, fetchCollections } from "../api/collections.ts";
import { counted } from "../lib/format.ts";
import { useQuery } from "../state/query.ts";
import type { SelectedItem } from "../state/selection.ts";
import { whenSignedIn } from "../state/session.ts";
import { NameDialog, type Names } from "./name-dialog.tsx";

const noteLengthMax = 20_000;
const shownCountMax = 8;
const fields = {
  noteLengthMax,
  examples: {
    name: "card provider slow",
    note: "What it was, how it was found, what helped.",
  },
  unnamed: "Give it a name: what happened, in a few words.",
} as const;

export function SaveDialog({
  items,
  onSaved,
  onClose,
}: {
  readonly items: readonly SelectedItem[];
  readonly onSaved: (collection: CollectionJson) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const collections = useQuery("collections", fetchCollections);
  const [target, setTarget] = useState("");
  const isNew = target === "";

  const save = async (names: Names): Promise<FetchResult<CollectionJson>> => {
    const windows = items.map(({ name, from, until }) => ({ name, from, until }));
    const result = await whenSignedIn("Saving a collection", () =>
      isNew
        ? createCollection({ ...names, items: windows })
        : changeCollection(target, { add: windows }),
    );
    if (result.ok) onSaved(result.value);
    return result;
  };

  return (
    <NameDialog
      {...fields}
      title={`Save ${counted(items.length, "metric")}`}
      hasNames={isNew}
      onSave={save}
      onClose={onClose}
      head={
        (collections.value?.length ?? 0) > 0 && (
          <label class="stacked">
            <span>Where to</span>
            <select
              name="target"
              value={target}
              onChange={(event) => setTarget(event.currentTarget.value)}
            >
              <option value="">a new collection</option>
              {collections.value?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )
      }
    >
      <ul class="plain-list mono">
        {items.slice(0, shownCountMax).map((item) => (
          <li key={`${item.name} ${item.from}`}>{item.name}</li>
        ))}
        {items.length > shownCountMax && (
          <li class="soft">and {items.length - shownCountMax} more</li>
        )}
      </ul>
      <p class="soft">
        Kept as they are in their windows. When a search or a new anomaly looks like one of them,
        Kale says so.
      </p>
    </NameDialog>
  );
}

export function RenameCollectionDialog({
  collection,
  onSave,
  onClose,
}: {
  readonly collection: Names;
  readonly onSave: (names: Names) => Promise<FetchResult<CollectionJson>>;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <NameDialog
      {...fields}
      title="Name and note"
      before={collection}
      onSave={onSave}
      onClose={onClose}
    />
  );
}
