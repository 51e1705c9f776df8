/** What is asked before a view is saved, renamed or deleted. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ViewJson } from "../../src/webapp/contract.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { deleteView } from "../api/views.ts";
import { whenSignedIn } from "../state/session.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Modal } from "./modal.tsx";

export interface ViewNames {
  readonly name: string;
  readonly note: string;
}

export function ViewDialog({
  title,
  before,
  children,
  onSave,
  onClose,
}: {
  readonly title: string;
  readonly before: ViewNames;
  readonly children?: ComponentChildren;
  /** A failure is shown and the dialog stays. */
  readonly onSave: (names: ViewNames) => Promise<FetchResult<ViewJson>>;
  readonly onClose: () => void;
}): JSX.Element {
  const [name, setName] = useState(before.name);
  const [note, setNote] = useState(before.note);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const save = async (): Promise<void> => {
    if (name.trim() === "") {
      setProblem("It needs a name, by which it is found again.");
      return;
    }
    setBusy(true);
    setProblem("");
    const result = await onSave({ name: name.trim(), note });
    setBusy(false);
    if (result.ok) onClose();
    else setProblem(result.failure.message);
  };

  return (
    <Modal title={title} onClose={onClose}>
      <form
        class="dialog-form"
        data-view-form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="stacked">
          <span>Name</span>
          <input
            name="name"
            value={name}
            maxLength={200}
            autocomplete="off"
            autoFocus
            placeholder="Orders, all shops"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="stacked">
          <span>Note</span>
          <textarea
            name="note"
            rows={4}
            maxLength={4_000}
            value={note}
            placeholder="What to look at, and who knows more."
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        {children}
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

export function DeleteViewDialog({
  view,
  onClose,
  onDeleted,
}: {
  readonly view: Pick<ViewJson, "id" | "name">;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}): JSX.Element {
  return (
    <ConfirmDialog
      title="Delete this view?"
      action="Delete"
      onClose={onClose}
      onConfirm={async () => {
        const result = await whenSignedIn("Deleting a view", () => deleteView(view.id));
        if (result.ok) onDeleted();
        return result;
      }}
    >
      <p>
        “{view.name}” and its note are gone then, and links to it lead nowhere. The metrics stay.
      </p>
    </ConfirmDialog>
  );
}
