/** Asks for the name and the note under which something is kept: a collection, a view. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { FetchResult } from "../api/fetch-json.ts";
import { AskDialog } from "./ask-dialog.tsx";

export interface Names {
  /** Without spaces around it, never empty. */
  readonly name: string;
  readonly note: string;
}

export interface NameDialogProps {
  readonly title: string;
  readonly before?: Names;
  readonly examples: Names;
  readonly noteLengthMax: number;
  /** Said where no name was given. */
  readonly unnamed: string;
  /** Above the fields. */
  readonly head?: ComponentChildren;
  /** Below the fields. */
  readonly children?: ComponentChildren;
  /** Not asked for where they are not needed, e.g. where what is kept goes into something named. */
  readonly hasNames?: boolean;
  /** A failure is shown and the dialog stays. */
  readonly onSave: (names: Names) => Promise<FetchResult<unknown>>;
  readonly onClose: () => void;
}

const nameLengthMax = 200;

export function NameDialog(props: NameDialogProps): JSX.Element {
  const { title, before, examples, noteLengthMax, unnamed, head, children } = props;
  const { hasNames = true, onSave, onClose } = props;
  const [name, setName] = useState(before?.name ?? "");
  const [note, setNote] = useState(before?.note ?? "");
  return (
    <AskDialog
      kind="save"
      title={title}
      action="Save"
      onAct={() => (hasNames && name.trim() === "" ? unnamed : onSave({ name: name.trim(), note }))}
      onClose={onClose}
    >
      {head}
      {hasNames && (
        <>
          <label class="stacked">
            <span>Name</span>
            <input
              name="name"
              value={name}
              maxLength={nameLengthMax}
              autocomplete="off"
              autoFocus
              placeholder={examples.name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label class="stacked">
            <span>Note</span>
            <textarea
              name="note"
              rows={4}
              maxLength={noteLengthMax}
              value={note}
              placeholder={examples.note}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
        </>
      )}
      {children}
    </AskDialog>
  );
}
