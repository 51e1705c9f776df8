/** Saves what is selected: as a new collection, or into one there is. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CollectionJson } from "../../src/webapp/contract.ts";
import { changeCollection, createCollection, fetchCollections } from "../api/collections.ts";
import { counted } from "../lib/format.ts";
import { useQuery } from "../state/query.ts";
import type { SelectedItem } from "../state/selection.ts";
import { whenSignedIn } from "../state/session.ts";
import { Modal } from "./modal.tsx";

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
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isNew = target === "";

  const save = async (): Promise<void> => {
    if (isNew && name.trim() === "") {
      setProblem("Give it a name: what happened, in a few words.");
      return;
    }
    setBusy(true);
    setProblem("");
    const windows = items.map(({ name: metric, from, until }) => ({ name: metric, from, until }));
    const result = await whenSignedIn("Saving a collection", () =>
      isNew
        ? createCollection({ name: name.trim(), note, items: windows })
        : changeCollection(target, { add: windows }),
    );
    setBusy(false);
    if (result.ok) onSaved(result.value);
    else setProblem(result.failure.message);
  };

  return (
    <Modal title={`Save ${counted(items.length, "metric")}`} onClose={onClose}>
      <form
        class="dialog-form"
        data-save
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {(collections.value?.length ?? 0) > 0 && (
          <label class="stacked">
            <span>Where to</span>
            <select
              name="target"
              value={target}
              onChange={(event) => setTarget(event.currentTarget.value)}
            >
              <option value="">a new collection</option>
              {collections.value?.map((collection) => (
                <option key={collection.id} value={collection.id}>
                  {collection.name}
                </option>
              ))}
            </select>
          </label>
        )}
        {isNew && (
          <>
            <label class="stacked">
              <span>Name</span>
              <input
                name="name"
                value={name}
                maxLength={200}
                autocomplete="off"
                autoFocus
                placeholder="card provider slow"
                onInput={(event) => setName(event.currentTarget.value)}
              />
            </label>
            <label class="stacked">
              <span>Note</span>
              <textarea
                name="note"
                rows={4}
                maxLength={20_000}
                value={note}
                placeholder="What it was, how it was found, what helped."
                onInput={(event) => setNote(event.currentTarget.value)}
              />
            </label>
          </>
        )}
        <ul class="plain-list mono">
          {items.slice(0, 8).map((item) => (
            <li key={`${item.name} ${item.from}`}>{item.name}</li>
          ))}
          {items.length > 8 && <li class="soft">and {items.length - 8} more</li>}
        </ul>
        <p class="soft">
          Kept as they are in their windows. When a search or a new anomaly looks like one of them,
          Kale says so.
        </p>
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-acts">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="first" disabled={isBusy}>
            Save
          </button>
        </div>
      </form>
    </Modal>
  );
}
