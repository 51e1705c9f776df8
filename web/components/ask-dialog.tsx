/** A form over the page that does one thing: closed when that worked, else it stays and says why not. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { FetchResult } from "../api/fetch-json.ts";
import { Modal } from "./modal.tsx";

export interface AskDialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** On the button that does it, e.g. "Save". */
  readonly action: string;
  /** On the button that does not; "Cancel" unless given. */
  readonly refrain?: string;
  /** How the button looks: "danger" for what cannot be undone. */
  readonly tone?: "first" | "danger";
  readonly isReady?: boolean;
  /** What the form is, for tests: `data-ask` of it. */
  readonly kind: string;
  /** A text is what is wrong with what was entered. */
  readonly onAct: () => Promise<FetchResult<unknown>> | string;
  readonly onClose: () => void;
}

export function AskDialog(props: AskDialogProps): JSX.Element {
  const { title, children, action, refrain = "Cancel", tone = "first", isReady = true } = props;
  const { kind, onAct, onClose } = props;
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const act = async (): Promise<void> => {
    if (!isReady || isBusy) return;
    const begun = onAct();
    if (typeof begun === "string") {
      setProblem(begun);
      return;
    }
    setBusy(true);
    setProblem("");
    const result = await begun;
    setBusy(false);
    if (result.ok) onClose();
    else setProblem(result.failure.message);
  };

  return (
    <Modal title={title} onClose={onClose}>
      <form
        class="dialog-form"
        data-ask={kind}
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        {children}
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-acts">
          <button type="button" onClick={onClose}>
            {refrain}
          </button>
          <button type="submit" class={tone} disabled={!isReady || isBusy}>
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
