/** Asks before something that cannot be undone; for the worst of it a word has to be typed. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { FetchResult } from "../api/fetch-json.ts";
import { Modal } from "./modal.tsx";

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
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isReady = typed === undefined || text.trim() === typed;

  const confirm = async (): Promise<void> => {
    if (!isReady || isBusy) return;
    setBusy(true);
    setProblem("");
    const result = await onConfirm();
    setBusy(false);
    if (result.ok) onClose();
    else setProblem(result.failure.message);
  };

  return (
    <Modal title={title} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
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
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-acts">
          <button type="button" onClick={onClose}>
            Keep
          </button>
          <button type="submit" class="danger" disabled={!isReady || isBusy}>
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
