/** Any Graphite expression as a graph; or small graphs of a branch of the tree, or of a tag's values. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ViewJson } from "../../src/webapp/contract.ts";
import { fetchView } from "../api/views.ts";
import { ExpressionField } from "../components/expression-field.tsx";
import { ExpressionGraph } from "../components/expression-graph.tsx";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { RangePicker } from "../components/range-picker.tsx";
import { SeparateGraphs } from "../components/separate-graphs.tsx";
import { SmallMultiples } from "../components/small-multiples.tsx";
import { ViewBar } from "../components/view-bar.tsx";
import {
  isSameDrawing,
  readDrawing,
  readMultiples,
  targetsOfText,
  textOfMultiples,
  type Drawing,
} from "../lib/graph-target.ts";
import {
  keyOfRange,
  rangeAt,
  rangeOfTexts,
  readRange,
  textsOfRange,
  type RangeChoice,
} from "../lib/time-range.ts";
import { navigate, navigateQuery, placeStore } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { showRange, showUsualRange, useRangeKeys } from "../state/range-keys.ts";
import { useRender } from "../state/render.ts";
import { useShownName } from "../state/shown-name.ts";
import { useStore } from "../state/store.ts";

const usualChoice: RangeChoice = { kind: "last", seconds: 6 * 3600 };

/** @param viewId  the view that is opened; null reads it from the address, if one is there */
export function GraphPage({ viewId }: { readonly viewId: string | null }): JSX.Element {
  const { query } = useStore(placeStore);
  const id = viewId ?? query.get("view");
  const view = useQuery(id === null ? null : `view ${id}`, (signal) => fetchView(id ?? "", signal));
  useShownName(view.value?.name);
  return (
    <section class="page graph">
      {id !== null && (
        <a class="back" href="/views">
          ← All views
        </a>
      )}
      {id === null || view.value !== undefined ? (
        <Graph view={view.value} onChanged={view.refresh} />
      ) : view.failure?.status === 404 ? (
        <Notice title="There is no such view">
          <p>It may have been deleted, or the link lost some letters.</p>
          <a class="button" href="/views">
            All views
          </a>
        </Notice>
      ) : view.failure !== undefined ? (
        <FailureNotice failure={view.failure} what="The view" onRetry={view.refresh} />
      ) : (
        <Waiting what="the view" />
      )}
    </section>
  );
}

function Graph({
  view,
  onChanged,
}: {
  readonly view: ViewJson | undefined;
  readonly onChanged: () => void;
}): JSX.Element {
  const { query } = useStore(placeStore);
  const drawing = readDrawing(query, view);
  const { targets, layout } = drawing;
  const saved = view === undefined ? undefined : rangeOfTexts(view.from, view.until);
  const asked = readRange(query);
  const choice = asked ?? saved ?? usualChoice;
  const range = rangeAt(choice, nowSeconds());
  const together = useRender(layout === "overlaid" ? targets : [], choice);
  const multiples = textOfMultiples(drawing);
  const smallGraphs = readMultiples(multiples);
  const none = (): void => undefined;
  useRangeKeys({
    range,
    event: undefined,
    onRange: showRange,
    onUsual: showUsualRange,
    onPrevious: none,
    onNext: none,
  });
  const isMoved =
    asked !== undefined && saved !== undefined && keyOfRange(asked) !== keyOfRange(saved);
  const times =
    asked === undefined && view !== undefined
      ? { from: view.from, until: view.until }
      : textsOfRange(choice);

  return (
    <>
      <h1 class="plain view-title">{view?.name ?? "Graph"}</h1>
      {view !== undefined && view.note !== "" && <p class="collection-note">{view.note}</p>}
      <ViewBar
        shown={{ targets: [...targets], layout, ...times }}
        view={view}
        isChanged={view !== undefined && (isMoved || !isSameDrawing(drawing, view))}
        onChanged={onChanged}
      />
      <ExpressionField
        asked={smallGraphs === undefined ? targets.join("\n") : ""}
        problem={together.failure?.message}
        onShow={showTargets}
      />
      <MultiplesField key={multiples} asked={multiples} />
      <div class="bar">
        <RangePicker
          choice={choice}
          range={range}
          onLast={(key) => navigateQuery({ range: key, from: undefined, until: undefined })}
          onRange={showRange}
        />
        <LayoutSwitch drawing={drawing} />
      </div>
      {smallGraphs !== undefined ? (
        <SmallMultiples key={multiples} multiples={smallGraphs} choice={choice} />
      ) : targets.length === 0 ? null : layout === "separate" ? (
        <SeparateGraphs targets={targets} choice={choice} range={range} onSelect={showRange} />
      ) : together.value !== undefined && together.value.length > 0 ? (
        <ExpressionGraph lines={together.value} range={range} heightPx={340} onSelect={showRange} />
      ) : together.value !== undefined ? (
        <Notice title="No series fits the expression in this range">
          <p>Take a longer range, or look for names under Metrics.</p>
        </Notice>
      ) : (
        together.failure === undefined && <Waiting what="the series" />
      )}
    </>
  );
}

function showTargets(text: string): void {
  const { path, query } = placeStore.value;
  const next = new URLSearchParams(query);
  next.delete("target");
  next.delete("multiples");
  for (const target of targetsOfText(text)) next.append("target", target);
  navigate(`${path}?${next.toString()}`);
}

/** Only where it makes a difference. */
function LayoutSwitch({ drawing }: { readonly drawing: Drawing }): JSX.Element | null {
  const { targets, layout } = drawing;
  if (targets.length < 2 || layout === "tree" || layout === "tag") return null;
  const button = (wanted: Drawing["layout"], label: string): JSX.Element => (
    <button
      type="button"
      aria-pressed={layout === wanted}
      onClick={() => navigateQuery({ layout: wanted }, { isReplacing: true })}
    >
      {label}
    </button>
  );
  return (
    <div class="segments" role="group" aria-label="Graphs">
      {button("overlaid", "One graph")}
      {button("separate", "A graph each")}
    </div>
  );
}

function MultiplesField({ asked }: { readonly asked: string }): JSX.Element {
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  return (
    <form
      class="bar"
      onSubmit={(event) => {
        event.preventDefault();
        navigateQuery({ multiples: text.trim(), target: undefined, layout: undefined });
      }}
    >
      <label class="field wide">
        <span class="hidden">Small graphs of a branch, or of a tag</span>
        <input
          name="multiples"
          value={text}
          placeholder="Small graphs: web.* for a branch, tag:host for a tag"
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Small graphs</button>
    </form>
  );
}
