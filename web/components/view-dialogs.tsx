/** What is asked before a view is saved, renamed or deleted. */
import type { ComponentChildren, JSX } from "preact";
import type { ViewJson } from "../../src/webapp/contract.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { deleteView } from "../api/views.ts";
import { whenSignedIn } from "../state/session.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { NameDialog, type Names } from "./name-dialog.tsx";

export function ViewDialog({
  title,
  before,
  children,
  onSave,
  onClose,
}: {
  readonly title: string;
  readonly before?: Names;
  readonly children?: ComponentChildren;
  readonly onSave: (names: Names) => Promise<FetchResult<ViewJson>>;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <NameDialog
      title={title}
      {...(before !== undefined && { before })}
      noteLengthMax={4_000}
      examples={{ name: "Orders, all shops", note: "What to look at, and who knows more." }}
      unnamed="It needs a name, by which it is found again."
      onSave={onSave}
      onClose={onClose}
    >
      {children}
    </NameDialog>
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
