/** Which stretch of time is shown: buttons for the usual ones, fields for any, arrows to move. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatTyped, parseTyped } from "../lib/calendar.ts";
import {
  lastChoices,
  shifted,
  textsOfRange,
  zoomed,
  type RangeChoice,
  type TimeRange,
} from "../lib/time-range.ts";
import { nowSeconds } from "../state/now.ts";

export interface RangePickerProps {
  readonly choice: RangeChoice;
  readonly range: TimeRange;
  readonly onLast: (key: string) => void;
  readonly onRange: (range: TimeRange) => void;
}

export function RangePicker({ choice, range, onLast, onRange }: RangePickerProps): JSX.Element {
  const now = nowSeconds();
  const step = (title: string, text: string, next: TimeRange): JSX.Element => (
    <button
      type="button"
      class="small"
      title={title}
      aria-label={title}
      onClick={() => onRange(next)}
    >
      {text}
    </button>
  );
  return (
    <div class="range-picker">
      <div class="segments" role="group" aria-label="Range">
        {lastChoices.map(({ key, seconds, label }) => (
          <button
            key={key}
            type="button"
            aria-pressed={choice.kind === "last" && choice.seconds === seconds}
            onClick={() => onLast(key)}
          >
            {label}
          </button>
        ))}
      </div>
      <div class="segments" role="group" aria-label="Move the window">
        {step("Back half a window: [", "←", shifted(range, -0.5, now))}
        {step("Forward half a window: ]", "→", shifted(range, 0.5, now))}
        {step("Zoom in: +", "+", zoomed(range, 0.5, now))}
        {step("Zoom out: -", "−", zoomed(range, 2, now))}
      </div>
      <TypedRange choice={choice} range={range} onRange={onRange} />
    </div>
  );
}

export function TypedRange({
  choice,
  range,
  onRange,
}: Pick<RangePickerProps, "choice" | "range" | "onRange">): JSX.Element {
  const [shownFrom, shownUntil] = shownTexts(choice, range);
  const [from, setFrom] = useState(shownFrom);
  const [until, setUntil] = useState(shownUntil);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    setFrom(shownFrom);
    setUntil(shownUntil);
    setProblem("");
  }, [shownFrom, shownUntil]);

  const apply = (): void => {
    const now = nowSeconds();
    const start = parseTyped(from, now);
    const end = parseTyped(until === "" ? "now" : until, now);
    if (start === undefined) setProblem("From: e.g. 14:07, -6h, 2026-11-23 14:07");
    else if (end === undefined) setProblem("Until: e.g. 15:00, now, 2026-11-23 15:00");
    else if (start >= end) setProblem("From must be before until.");
    else {
      setProblem("");
      onRange({ from: Math.floor(start), until: Math.ceil(end) });
    }
  };

  return (
    <form
      class="typed-range"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label>
        from
        <input
          name="from"
          placeholder="-6h"
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        until
        <input
          name="until"
          placeholder="now"
          value={until}
          onInput={(event) => setUntil(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="small">
        Show
      </button>
      <span class="problem" role="status">
        {problem}
      </span>
    </form>
  );
}

/** What the fields hold: nothing while one of the buttons says it. */
function shownTexts(choice: RangeChoice, range: TimeRange): readonly [from: string, until: string] {
  if (choice.kind === "fixed") return [formatTyped(range.from), formatTyped(range.until)];
  if (choice.kind === "last" && lastChoices.some(({ seconds }) => seconds === choice.seconds)) {
    return ["", ""];
  }
  const { from, until } = textsOfRange(choice);
  return [from, until];
}
