/** What can be done with the graph as a view: saved as one, its changes kept, renamed, deleted. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { NewViewJson, ViewChangeJson, ViewJson } from "../../src/webapp/contract.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { changeView, createView } from "../api/views.ts";
import { viewPath } from "../lib/route.ts";
import { wordsOfDrawing, wordsOfRange } from "../lib/view-words.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { whenSignedIn } from "../state/session.ts";
import { DeleteViewDialog, ViewDialog } from "./view-dialogs.tsx";

/** What is drawn now, as a view keeps it. */
export type Shown = Required<Pick<NewViewJson, "targets" | "layout" | "from" | "until">>;

type Asking = "create" | "rename" | "delete" | null;

export function ViewBar({
  shown,
  view,
  isChanged,
  onChanged,
}: {
  readonly shown: Shown;
  /** The one that was opened, if one was. */
  readonly view: ViewJson | undefined;
  /** Whether what is shown is no longer what it says. */
  readonly isChanged: boolean;
  readonly onChanged: () => void;
}): JSX.Element {
  const [asking, setAsking] = useState<Asking>(null);
  const [problem, setProblem] = useState("");
  const canSave = shown.targets.length > 0;
  useKeys({
    c: () => {
      if (canSave) setAsking("create");
    },
  });
  const close = (): void => setAsking(null);
  const change = async (part: ViewChangeJson): Promise<FetchResult<ViewJson>> => {
    const result = await whenSignedIn("Changing a view", () =>
      changeView(view?.id ?? "", { ...part, ...(view && { changed: view.changed }) }),
    );
    if (result.ok) onChanged();
    return result;
  };
  const keep = async (): Promise<void> => {
    setProblem("");
    const result = await change(shown);
    if (!result.ok) setProblem(result.failure.message);
    else navigate(viewPath(result.value.id), { isReplacing: true });
  };

  return (
    <div class="bar view-bar">
      {view !== undefined && isChanged && (
        <>
          <span class="soft" role="status">
            Not as it was saved.
          </span>
          <button type="button" class="first" onClick={() => void keep()}>
            Save changes
          </button>
          <a class="button" href={viewPath(view.id)}>
            As it was
          </a>
        </>
      )}
      <button type="button" disabled={!canSave} onClick={() => setAsking("create")}>
        {view === undefined ? "Save as a view" : "Save as another"} <kbd>c</kbd>
      </button>
      {view !== undefined && (
        <>
          <button type="button" onClick={() => setAsking("rename")}>
            Edit name and note
          </button>
          <button type="button" onClick={() => setAsking("delete")}>
            Delete
          </button>
        </>
      )}
      {view === undefined && (
        <a class="button" href="/views">
          Saved views
        </a>
      )}
      <span class="problem" role="alert">
        {problem}
      </span>
      {asking === "create" && (
        <ViewDialog
          title="Save as a view"
          onSave={async (names) => {
            const result = await whenSignedIn("Saving a view", () =>
              createView({ ...shown, ...names }),
            );
            if (result.ok) navigate(viewPath(result.value.id));
            return result;
          }}
          onClose={close}
        >
          <p class="soft">
            {wordsOfDrawing(shown)}, {wordsOfRange(shown, nowSeconds())}. It is found by its name in
            the search of every page.
          </p>
        </ViewDialog>
      )}
      {asking === "rename" && view !== undefined && (
        <ViewDialog title="Name and note" before={view} onSave={change} onClose={close} />
      )}
      {asking === "delete" && view !== undefined && (
        <DeleteViewDialog view={view} onClose={close} onDeleted={() => navigate("/views")} />
      )}
    </div>
  );
}
