/** "This is normal", "This was one": what a person says of an anomaly, and takes back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { sayOf, takeBack } from "../api/feedback.ts";
import { useKeys } from "../state/keys.ts";
import { whenSignedIn } from "../state/session.ts";

export function SayOfIt({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { id, known } = anomaly;
  // Shown at once; an anomaly that has ended sends no event that would bring it.
  const [said, setSaid] = useState<AnomalyJson["known"] | undefined>(undefined);
  const [isNaming, setNaming] = useState(false);
  const [label, setLabel] = useState("");
  const [pattern, setPattern] = useState("");
  const [failure, setFailure] = useState("");
  const current = said === undefined ? known : said;

  const say = async (kind: "normal" | "confirmed"): Promise<void> => {
    const result = await whenSignedIn("Saying this", () => sayOf(id, { kind, label, pattern }));
    setFailure(result.ok ? "" : result.failure.message);
    if (result.ok) setSaid({ feedback: result.value.id, kind, label, likeness: 100 });
  };
  const undo = async (feedback: string): Promise<void> => {
    const result = await whenSignedIn("Taking this back", () => takeBack(feedback));
    setFailure(result.ok ? "" : result.failure.message);
    if (result.ok) setSaid(null);
  };
  useKeys({ n: () => void (current === null && say("normal")) });
  return (
    <>
      {current !== null ? (
        <>
          <KnownTag known={current} />
          <button type="button" class="small" data-undo onClick={() => void undo(current.feedback)}>
            Undo
          </button>
        </>
      ) : (
        <>
          <button type="button" data-normal onClick={() => void say("normal")}>
            Normal <kbd>n</kbd>
          </button>
          <button
            type="button"
            class="small"
            data-name-it
            aria-expanded={isNaming}
            onClick={() => setNaming(!isNaming)}
          >
            Normal as …
          </button>
          <button type="button" data-confirmed onClick={() => void say("confirmed")}>
            This was one
          </button>
        </>
      )}
      {isNaming && current === null && (
        <form
          class="bar"
          aria-label="Call it normal"
          onSubmit={(event) => {
            event.preventDefault();
            void say("normal");
          }}
        >
          <label class="field">
            <span class="hidden">What it is called</span>
            <input
              name="label"
              value={label}
              maxLength={200}
              placeholder="nightly backup"
              onInput={(event) => setLabel(event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span class="hidden">Metrics it holds for</span>
            <input
              name="pattern"
              value={pattern}
              maxLength={1024}
              spellcheck={false}
              placeholder="this metric, or a pattern: db.*"
              onInput={(event) => setPattern(event.currentTarget.value)}
            />
          </label>
          <button type="submit">Call it normal</button>
        </form>
      )}
      {failure !== "" && (
        <span class="tag odd" role="alert">
          {failure}
        </span>
      )}
    </>
  );
}

/** "known: nightly job, 93 %" */
export function KnownTag({
  known,
}: {
  readonly known: NonNullable<AnomalyJson["known"]>;
}): JSX.Element {
  const { kind, label, likeness } = known;
  const word = kind === "normal" ? `known: ${label === "" ? "normal" : label}` : "confirmed before";
  return (
    <span class="tag" data-known={kind}>
      {word}
      {likeness < 100 && `, ${likeness} % alike`}
    </span>
  );
}
