/** Any Graphite expression as a graph; or small graphs of a branch of the tree, or of a tag's values. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fetchRender } from "../api/render.ts";
import { ExpressionGraph } from "../components/expression-graph.tsx";
import { Notice, Waiting } from "../components/notice.tsx";
import { RangePicker } from "../components/range-picker.tsx";
import { SmallMultiples } from "../components/small-multiples.tsx";
import {
  nameAtEnd,
  placeOfError,
  readMultiples,
  targetCountMax,
  targetsOfText,
} from "../lib/graph-target.ts";
import { rangeAt, readRange, type RangeChoice } from "../lib/time-range.ts";
import { navigate, navigateQuery, placeStore } from "../state/location.ts";
import { useNames } from "../state/names.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { showRange, showUsualRange, useRangeKeys } from "../state/range-keys.ts";
import { useStore } from "../state/store.ts";

const usualChoice: RangeChoice = { kind: "last", seconds: 6 * 3600 };
const pointCountMax = 1200;
const offeredCountMax = 6;
const refreshMs = 15_000;

export function GraphPage(): JSX.Element {
  const { query } = useStore(placeStore);
  const targets = query.getAll("target").slice(0, targetCountMax);
  const multiples = readMultiples(query.get("multiples") ?? "");
  const choice = readRange(query) ?? usualChoice;
  const range = rangeAt(choice, nowSeconds());
  const asked = targets.join("\n");
  const rangeKey = choice.kind === "last" ? choice.seconds : `${range.from}-${range.until}`;
  const lines = useQuery(
    targets.length === 0 ? null : `${asked}\n${rangeKey}`,
    (signal) =>
      fetchRender({ targets, ...rangeAt(choice, nowSeconds()), maxPoints: pointCountMax }, signal),
    { everyMs: choice.kind === "last" ? refreshMs : undefined, keepsFormer: true },
  );
  const none = (): void => undefined;
  useRangeKeys({
    range,
    event: undefined,
    onRange: showRange,
    onUsual: showUsualRange,
    onPrevious: none,
    onNext: none,
  });

  return (
    <section class="page graph">
      <h1 class="plain">Graph</h1>
      <ExpressionField key={asked} asked={asked} problem={lines.failure?.message} />
      <MultiplesField key={`m ${query.get("multiples")}`} asked={query.get("multiples") ?? ""} />
      <div class="bar">
        <RangePicker
          choice={choice}
          range={range}
          onLast={(key) => navigateQuery({ range: key, from: undefined, until: undefined })}
          onRange={showRange}
        />
      </div>
      {targets.length > 0 &&
        (lines.value !== undefined && lines.value.length > 0 ? (
          <ExpressionGraph lines={lines.value} range={range} onSelect={showRange} />
        ) : lines.value !== undefined ? (
          <Notice title="No series fits the expression in this range" />
        ) : (
          lines.failure === undefined && <Waiting what="the series" />
        ))}
      {multiples !== undefined && (
        <SmallMultiples
          key={query.get("multiples")}
          multiples={multiples}
          seconds={range.until - range.from}
        />
      )}
    </section>
  );
}

function ExpressionField({
  asked,
  problem,
}: {
  readonly asked: string;
  readonly problem: string | undefined;
}): JSX.Element {
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const typed = text === asked ? "" : nameAtEnd(text);
  const found = useNames(typed, offeredCountMax);
  const offered = typed === "" ? [] : found.names.filter((name) => !name.includes(";"));
  const show = (): void => {
    const { query } = placeStore.value;
    const next = new URLSearchParams(query);
    next.delete("target");
    next.delete("multiples");
    for (const target of targetsOfText(text)) next.append("target", target);
    navigate(`/graph?${next.toString()}`);
  };
  return (
    <form
      class="expression"
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      <label class="stacked">
        <span>Graphite expressions, one a line</span>
        <textarea
          name="target"
          class="mono"
          rows={Math.max(2, text.split("\n").length)}
          value={text}
          spellcheck={false}
          placeholder="aliasByNode(movingAverage(web.*.requests, '5min'), 1)"
          aria-invalid={problem !== undefined}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            show();
          }}
        />
      </label>
      {problem !== undefined && <Problem message={problem} asked={asked} />}
      {offered.length > 0 && (
        <p class="offered" aria-label="Names that fit">
          {offered.map((name) => (
            <button
              key={name}
              type="button"
              class="small mono"
              onClick={() => setText(text.slice(0, text.length - typed.length) + name)}
            >
              {name}
            </button>
          ))}
        </p>
      )}
      <p>
        <button type="submit" class="first">
          Show
        </button>{" "}
        <span class="soft">Enter shows, Shift Enter begins a new line.</span>
      </p>
    </form>
  );
}

/** The message, and where there is one expression the place it speaks of. */
function Problem({
  message,
  asked,
}: {
  readonly message: string;
  readonly asked: string;
}): JSX.Element {
  const place = asked.includes("\n") ? undefined : placeOfError(message);
  return (
    <div class="problem" role="alert">
      <p>{message}</p>
      {place !== undefined && (
        <pre>
          {asked}
          {"\n"}
          {" ".repeat(place)}^
        </pre>
      )}
    </div>
  );
}

function MultiplesField({ asked }: { readonly asked: string }): JSX.Element {
  const [text, setText] = useState(asked);
  return (
    <form
      class="bar"
      onSubmit={(event) => {
        event.preventDefault();
        navigateQuery({ multiples: text.trim(), target: undefined });
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
