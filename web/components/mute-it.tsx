/** "Mute": nothing is sent of a metric for a while; it stays on the page. Says so while it holds. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { addSilence, fetchSilences, removeSilence } from "../api/alerts.ts";
import { formatMoment } from "../lib/calendar.ts";
import { silenceLengths, silenceSecondsUsual } from "../lib/silence-lengths.ts";
import { useKeys } from "../state/keys.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";
import { Modal } from "./modal.tsx";

const refreshMs = 60_000;

export function MuteIt({ name }: { readonly name: string }): JSX.Element {
  const silences = useQuery("silences", fetchSilences, { everyMs: refreshMs });
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const held = silences.value?.find(({ metric }) => metric === name);
  useKeys({ m: () => setAsking(held === undefined) });

  const end = async (id: string): Promise<void> => {
    const result = await whenSignedIn("Ending a silence", () => removeSilence(id));
    setProblem(result.ok ? "" : result.failure.message);
    silences.refresh();
  };
  return (
    <>
      {held === undefined ? (
        <button type="button" data-mute onClick={() => setAsking(true)}>
          Mute <kbd>m</kbd>
        </button>
      ) : (
        <>
          <span class="tag" title={held.note} data-muted>
            muted until {formatMoment(held.until, nowSeconds())}
          </span>
          <button type="button" class="small" data-unmute onClick={() => void end(held.id)}>
            Unmute
          </button>
        </>
      )}
      {problem !== "" && (
        <span class="tag odd" role="alert">
          {problem}
        </span>
      )}
      {isAsking && (
        <MuteDialog name={name} onMuted={silences.refresh} onClose={() => setAsking(false)} />
      )}
    </>
  );
}

function MuteDialog({
  name,
  onMuted,
  onClose,
}: {
  readonly name: string;
  readonly onMuted: () => void;
  readonly onClose: () => void;
}): JSX.Element {
  const [seconds, setSeconds] = useState(silenceSecondsUsual);
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const mute = async (): Promise<void> => {
    const result = await whenSignedIn("A silence", () =>
      addSilence({ metric: name, note, until: nowSeconds() + seconds }),
    );
    setProblem(result.ok ? "" : result.failure.message);
    if (!result.ok) return;
    onMuted();
    onClose();
  };
  return (
    <Modal title="Mute this metric?" onClose={onClose}>
      <form
        class="dialog-form"
        data-mute-form
        onSubmit={(event) => {
          event.preventDefault();
          void mute();
        }}
      >
        <p>
          Nothing is sent of <span class="mono">{name}</span> for a while. It stays on the page; a
          wider pattern is silenced under{" "}
          <a class="link" href="/alerts">
            Alerts
          </a>
          .
        </p>
        <label class="stacked">
          <span>How long</span>
          <select
            name="seconds"
            autoFocus
            value={seconds}
            onChange={(event) => setSeconds(Number(event.currentTarget.value))}
          >
            {silenceLengths.map((length) => (
              <option key={length.seconds} value={length.seconds}>
                {length.label}
              </option>
            ))}
          </select>
        </label>
        <label class="stacked">
          <span>Why</span>
          <input
            name="note"
            value={note}
            autocomplete="off"
            placeholder="others read it"
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-acts">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="first">
            Mute
          </button>
        </div>
      </form>
    </Modal>
  );
}
