/** Asks before something that cannot be undone; for the worst of it a word has to be typed. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { FetchResult } from "../api/fetch-json.ts";
import { AskDialog } from "./ask-dialog.tsx";

export interface ConfirmDialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** On the button that does it, e.g. "Delete". */
  readonly action: string;
  /** Has to be typed before the button works. */
  readonly typed?: string;
  /** A failure is shown and the dialog stays. */
  readonly onConfirm: () => Promise<FetchResult<unknown>>;
  readonly onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps): JSX.Element {
  const { title, children, action, typed, onConfirm, onClose } = props;
  const [text, setText] = useState("");
  return (
    <AskDialog
      kind="confirm"
      title={title}
      action={action}
      refrain="Keep"
      tone="danger"
      isReady={typed === undefined || text.trim() === typed}
      onAct={onConfirm}
      onClose={onClose}
    >
      {children}
      {typed !== undefined && (
        <label class="stacked">
          <span>
            Type <b class="mono">{typed}</b> to confirm
          </span>
          <input
            name="confirm"
            value={text}
            autocomplete="off"
            autoFocus
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      )}
    </AskDialog>
  );
}
