/**
 * "Mute": nothing is sent of a metric for a while; it stays on the page. Says so while it holds, and
 * where a wider pattern holds, which one: muting once more would change nothing then.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { addSilence, fetchSilencesOf, removeSilence } from "../api/alerts.ts";
import type { FetchResult } from "../api/fetch-json.ts";
import { formatMoment } from "../lib/calendar.ts";
import { silenceSecondsUsual } from "../lib/silence-lengths.ts";
import { useKeys } from "../state/keys.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";
import { AskDialog } from "./ask-dialog.tsx";
import { SilenceLength } from "./silence-length.tsx";

const refreshMs = 60_000;

export function MuteIt({ name }: { readonly name: string }): JSX.Element {
  const silences = useQuery(`silences ${name}`, (signal) => fetchSilencesOf(name, signal), {
    everyMs: refreshMs,
  });
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const held = silences.value?.at(-1);
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
          <span class="tag" title={held.note} data-muted={held.metric}>
            muted until {formatMoment(held.until, nowSeconds())}
          </span>
          {held.metric === name ? (
            <button type="button" class="small" data-unmute onClick={() => void end(held.id)}>
              Unmute
            </button>
          ) : (
            <span class="dim">
              by <span class="mono">{held.metric}</span>, see{" "}
              <a class="link" href="/alerts">
                Alerts
              </a>
            </span>
          )}
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
  const mute = async (): Promise<FetchResult<unknown>> => {
    const result = await whenSignedIn("A silence", () =>
      addSilence({ metric: name, note, until: nowSeconds() + seconds }),
    );
    if (result.ok) onMuted();
    return result;
  };
  return (
    <AskDialog kind="mute" title="Mute this metric?" action="Mute" onAct={mute} onClose={onClose}>
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
        <SilenceLength name="seconds" autoFocus seconds={seconds} onChange={setSeconds} />
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
    </AskDialog>
  );
}
