/** "This is normal", "This was one": what a person says of an anomaly, and takes back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { sayOf, takeBack } from "../api/feedback.ts";
import { whenSignedIn } from "../state/session.ts";

export function SayOfIt({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { id, known } = anomaly;
  // Shown at once; an anomaly that has ended sends no event that would bring it.
  const [said, setSaid] = useState<AnomalyJson["known"] | undefined>(undefined);
  const [failure, setFailure] = useState("");
  const current = said === undefined ? known : said;

  const say = async (kind: "normal" | "confirmed"): Promise<void> => {
    const result = await whenSignedIn("Saying this", () => sayOf(id, { kind }));
    setFailure(result.ok ? "" : result.failure.message);
    if (result.ok) setSaid({ feedback: result.value.id, kind, label: "", likeness: 100 });
  };
  const undo = async (feedback: string): Promise<void> => {
    const result = await whenSignedIn("Taking this back", () => takeBack(feedback));
    setFailure(result.ok ? "" : result.failure.message);
    if (result.ok) setSaid(null);
  };
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
            This is normal
          </button>
          <button type="button" data-confirmed onClick={() => void say("confirmed")}>
            This was one
          </button>
        </>
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
