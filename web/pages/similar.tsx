/**
 * Similar: what moved like this? A metric and a window, or a drawn shape, on top; below it all metrics
 * that are alike, best first. All of what is asked is in the address, see lib/similar-ask.ts.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { CollectionJson } from "../../src/webapp/contract.ts";
import { DrawPad } from "../components/draw-pad.tsx";
import { NameField } from "../components/name-field.tsx";
import { QueryGraph } from "../components/query-graph.tsx";
import { TypedRange } from "../components/range-picker.tsx";
import { SaveDialog } from "../components/save-dialog.tsx";
import { SearchOptions } from "../components/search-options.tsx";
import { SeriesName } from "../components/series-name.tsx";
import { SimilarResults } from "../components/similar-results.tsx";
import { SimilarSide } from "../components/similar-side.tsx";
import { SimilarStart } from "../components/similar-start.tsx";
import { drawingState, emptyDrawing, type Drawing } from "../lib/drawing.ts";
import { collectionPath, metricPath, withQuery } from "../lib/route.ts";
import { perPage, readAsk, similarPath, traitsOf, type SimilarAsk } from "../lib/similar-ask.ts";
import { shifted, zoomed, type TimeRange } from "../lib/time-range.ts";
import { useKeys } from "../state/keys.ts";
import { navigate, placeStore, type NavigateOptions } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";
import { selectionStore, setSelection } from "../state/selection.ts";
import { useSimilar } from "../state/similar.ts";
import { useStore } from "../state/store.ts";

const hourSeconds = 3600;
const padHeightPx = { small: 132, large: 200 } as const;

export function SimilarPage(): JSX.Element {
  const { query } = useStore(placeStore);
  const selection = useStore(selectionStore);
  const ask = readAsk(query);
  const { target } = ask;
  const similar = useSimilar(ask);
  const [isSaving, setSaving] = useState(false);
  const [saved, setSaved] = useState<CollectionJson | null>(null);
  const window = useShownWindow(ask, similar.isStale ? undefined : similar.answer?.query);

  const change = (part: Partial<SimilarAsk>, options?: NavigateOptions): void => {
    // Another question begins with the first results again.
    navigate(similarPath({ ...ask, limit: perPage, ...part }), options);
  };
  const showWindow = (range: TimeRange): void => change({ range }, { isReplacing: true });
  const draw = (drawing: Drawing): void => {
    const wasShape = target.kind === "shape";
    if (drawingState(drawing) === "shape") {
      const method = traitsOf(ask.method).takesShape ? ask.method : "best";
      change({ target: { kind: "shape", drawing }, method }, { isReplacing: wasShape });
    } else if (wasShape && drawingState(drawing) === "empty") {
      change({ target: { kind: "nothing" } });
    }
  };
  const save = (): void => {
    if (selection.length > 0) setSaving(true);
  };
  useKeys({
    ...(target.kind === "nothing"
      ? {}
      : {
          "[": () => showWindow(shifted(window, -0.5, nowSeconds())),
          "]": () => showWindow(shifted(window, 0.5, nowSeconds())),
          "+": () => showWindow(zoomed(window, 0.5, nowSeconds())),
          "=": () => showWindow(zoomed(window, 0.5, nowSeconds())),
          "-": () => showWindow(zoomed(window, 2, nowSeconds())),
          f: () => change({ range: undefined }, { isReplacing: true }),
        }),
    c: save,
    d: () => document.querySelector<HTMLElement>("[data-draw]")?.focus(),
  });

  const lastHour = ask.range !== undefined && (
    <button type="button" class="small quiet" onClick={() => change({ range: undefined })}>
      Last hour <kbd>f</kbd>
    </button>
  );

  return (
    <div class="similar">
      <section class={`ask ask-${target.kind}`} aria-label="What to look for">
        <div class="ask-head">
          <h1 tabIndex={-1}>
            {target.kind === "series" ? (
              <a
                href={withQuery(metricPath(target.name), {
                  from: window.from,
                  until: window.until,
                })}
                title="Explore this metric"
              >
                <SeriesName name={target.name} />
              </a>
            ) : target.kind === "shape" ? (
              <span class="ask-title">A drawn shape</span>
            ) : (
              <span class="ask-title">What moved like this?</span>
            )}
          </h1>
          <a class="link to-drawing" href="/oculus">
            Draw a shape
          </a>
          <NameField
            placeholder={
              target.kind === "nothing"
                ? "Name of a metric, part of it, or web.*.latency"
                : "Another metric"
            }
            onChoose={(name) => {
              const range = target.kind === "nothing" ? undefined : ask.range;
              change({ target: { kind: "series", name }, range });
            }}
          />
        </div>
        {target.kind === "series" && (
          <div class="ask-graph">
            <QueryGraph name={target.name} window={window} onWindow={showWindow}>
              {lastHour}
            </QueryGraph>
          </div>
        )}
        <div class="ask-draw">
          <h3>
            {target.kind === "shape" ? "Over time, at any level" : "Or draw the shape you look for"}
          </h3>
          <DrawPad
            drawing={target.kind === "shape" ? target.drawing : emptyDrawing}
            window={window}
            heightPx={target.kind === "shape" ? padHeightPx.large : padHeightPx.small}
            onDrawn={draw}
          />
        </div>
        <div class="ask-options">
          {target.kind !== "nothing" && (
            <>
              <SearchOptions
                ask={ask}
                windowSeconds={window.until - window.from}
                onChange={(part) => change(part)}
              />
              <TypedRange
                choice={{ kind: "fixed", range: window }}
                range={window}
                onRange={showWindow}
              />
              {target.kind === "shape" && lastHour}
            </>
          )}
        </div>
      </section>
      {target.kind === "nothing" ? (
        <SimilarStart />
      ) : (
        <div class="found">
          <SimilarSide
            ask={ask}
            matches={similar.matches}
            selection={selection}
            onChange={(part) => change(part)}
            onSave={save}
          />
          <div class="found-main">
            {saved !== null && (
              <p class="saved" role="status">
                Saved as{" "}
                <a class="link" href={collectionPath(saved.id)}>
                  {saved.name}
                </a>
                . <span class="soft">When something looks like it again, Kale says so.</span>
              </p>
            )}
            <SimilarResults ask={ask} similar={similar} window={window} onChange={change} />
          </div>
        </div>
      )}
      {selection.length > 0 && (
        <div class="save-bar">
          <span>{selection.length} selected</span>
          <button type="button" class="first" onClick={save}>
            Save …
          </button>
        </div>
      )}
      {isSaving && (
        <SaveDialog
          items={selection}
          onClose={() => setSaving(false)}
          onSaved={(collection) => {
            setSaving(false);
            setSelection([]);
            setSaved(collection);
          }}
        />
      )}
    </div>
  );
}

/** What is searched: as the address says, else as the server answered, else the last hour. */
function useShownWindow(ask: SimilarAsk, answered: TimeRange | undefined): TimeRange {
  const opened = useRef<TimeRange | undefined>(undefined);
  if (ask.range !== undefined) return ask.range;
  if (answered !== undefined) {
    opened.current = { from: Math.round(answered.from), until: Math.round(answered.until) };
  }
  const now = Math.ceil(nowSeconds());
  opened.current ??= { from: now - hourSeconds, until: now };
  return opened.current;
}
