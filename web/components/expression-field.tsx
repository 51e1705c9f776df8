/** Where expressions are written, a line each, with names that fit and the place of what is wrong. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nameAtEnd, placeOfError } from "../lib/graph-target.ts";
import { useNames } from "../state/names.ts";

const offeredCountMax = 6;

export function ExpressionField({
  asked,
  problem,
  onShow,
}: {
  /** What is drawn now, a line each. */
  readonly asked: string;
  readonly problem: string | undefined;
  readonly onShow: (text: string) => void;
}): JSX.Element {
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const typed = text === asked ? "" : nameAtEnd(text);
  const found = useNames(typed, offeredCountMax);
  const offered = typed === "" ? [] : found.names.filter((name) => !name.includes(";"));
  return (
    <form
      class="expression"
      onSubmit={(event) => {
        event.preventDefault();
        onShow(text);
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
            onShow(text);
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
export function Problem({
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
