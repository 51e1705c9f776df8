/** Graphs that were saved under a name: a list, and the way out into a file and back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ViewJson } from "../../src/webapp/contract.ts";
import { changeView, fetchViews, importViews, viewsExportPath } from "../api/views.ts";
import { FileButtons } from "../components/file-buttons.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { DeleteViewDialog, ViewDialog } from "../components/view-dialogs.tsx";
import { formatDay } from "../lib/calendar.ts";
import { viewPath } from "../lib/route.ts";
import { wordsOfDrawing, wordsOfRange } from "../lib/view-words.ts";
import { useListKeys } from "../state/list-keys.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";

const shownTargetCount = 3;

type Asked = { readonly what: "rename" | "delete"; readonly view: ViewJson } | null;

export function ViewsPage(): JSX.Element {
  const { value, failure, refresh } = useQuery("views", fetchViews);
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  useListKeys("a.collection-link");
  return (
    <section class="page">
      <div class="page-head">
        <h1 class="plain">Views</h1>
        <FileButtons
          kind="views"
          hasAny={(value?.length ?? 0) > 0}
          exportPath={viewsExportPath}
          fileMibMax={16}
          onFile={importViews}
          onImported={refresh}
        />
      </div>
      {value === undefined ? (
        failure !== undefined ? (
          <FailureNotice failure={failure} what="The views" onRetry={refresh} />
        ) : (
          <Waiting what="the views" />
        )
      ) : value.length === 0 ? (
        <NoViews />
      ) : (
        <ul class="collections">
          {value.map((view) => (
            <ViewRow
              key={view.id}
              view={view}
              onRename={() => setAsked({ what: "rename", view })}
              onDelete={() => setAsked({ what: "delete", view })}
            />
          ))}
        </ul>
      )}
      {asked?.what === "rename" && (
        <ViewDialog
          title="Name and note"
          before={asked.view}
          onSave={async (names) => {
            const { id, changed } = asked.view;
            const result = await whenSignedIn("Changing a view", () =>
              changeView(id, { ...names, changed }),
            );
            if (result.ok) refresh();
            return result;
          }}
          onClose={close}
        />
      )}
      {asked?.what === "delete" && (
        <DeleteViewDialog view={asked.view} onClose={close} onDeleted={refresh} />
      )}
    </section>
  );
}

function ViewRow({
  view,
  onRename,
  onDelete,
}: {
  readonly view: ViewJson;
  readonly onRename: () => void;
  readonly onDelete: () => void;
}): JSX.Element {
  const { id, name, note, targets, layout, changed } = view;
  const others = targets.length - shownTargetCount;
  return (
    <li class="panel collection-row" data-view={id}>
      <div>
        <h2>
          <a class="collection-link" href={viewPath(id)}>
            {name}
          </a>
        </h2>
        {note !== "" && <p class="collection-note">{note}</p>}
        <p class="soft mono collection-metrics">
          {targets
            .slice(0, shownTargetCount)
            .map((target) => (layout === "tag" ? `tag:${target}` : target))
            .join("  ·  ")}
          {others > 0 && `  ·  and ${others} more`}
        </p>
      </div>
      <div class="collection-facts soft">
        <span>
          {wordsOfDrawing(view)}, {wordsOfRange(view, nowSeconds())}
        </span>
        <span>{formatDay(changed)}</span>
        <span class="row-acts">
          <button type="button" class="small" aria-label={`Edit ${name}`} onClick={onRename}>
            Edit
          </button>
          <button type="button" class="small" aria-label={`Delete ${name}`} onClick={onDelete}>
            Delete
          </button>
        </span>
      </div>
    </li>
  );
}

function NoViews(): JSX.Element {
  return (
    <Notice title="No view is saved yet">
      <p>
        A view keeps what a graph draws, over which time and how, under a name: “Orders, all shops”.
        Whoever types the name into the search of any page has it before them.
      </p>
      <p>
        Draw an expression or small graphs, then save them with <kbd>c</kbd>.
      </p>
      <a class="button" href="/graph">
        To the graph
      </a>
    </Notice>
  );
}
