/**
 * What is abnormal now, newest first. While a pointer or the focus is in it nothing moves: what is
 * new waits behind a bar that says how many.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { AnomalyJson } from "../../src/webapp/contract.ts";
import { emptyHeldList, nextHeldList, type HeldList } from "../lib/held-list.ts";
import { counted } from "../lib/format.ts";
import { partsOfNames } from "../lib/name-parts.ts";
import { activeAnomalies, activeCountMax, liveStore } from "../state/live.ts";
import type { ShownRow } from "../state/incidents.ts";
import { useStore } from "../state/store.ts";
import { AnomalyRow } from "./anomaly-row.tsx";
import { IncidentRow } from "./incident-row.tsx";
import { CalmWords } from "./calm-words.tsx";

export interface ShownAnomalies {
  readonly rows: readonly AnomalyJson[];
  readonly waitingCount: number;
  readonly hold: (isHeld: boolean) => void;
  /** Shows what waits, at once. */
  readonly release: () => void;
}

/** The rows in the order in which they stand, which changes only when nobody is at them. */
export function useShownAnomalies(selectedId: string | null): ShownAnomalies {
  const live = useStore(liveStore);
  const [isHeld, setHeld] = useState(false);
  const [, setRound] = useState(0);
  const held = useRef<HeldList>(emptyHeldList);
  const current = activeAnomalies(live).map(({ id }) => id);
  held.current = nextHeldList(held.current, current, { isHeld, keep: selectedId });
  const rows = held.current.shown.flatMap((id) => live.anomalies?.get(id) ?? []);
  return {
    rows,
    waitingCount: held.current.waiting.length,
    hold: setHeld,
    release: () => {
      held.current = nextHeldList(held.current, current, { isHeld: false, keep: selectedId });
      setRound((round) => round + 1);
    },
  };
}

export interface AnomalyListProps extends ShownAnomalies {
  /** The rows, those that began together as one. */
  readonly shown: readonly ShownRow[];
  readonly selectedId: string | null;
}

export function AnomalyList(props: AnomalyListProps): JSX.Element {
  const { rows, shown, waitingCount, hold, release, selectedId } = props;
  const parts = partsOfNames(rows.map(({ name }) => name));
  const activeCount = rows.filter(({ state }) => state === "active").length;
  const isFull = activeCount >= activeCountMax;
  return (
    <section
      class="list"
      aria-label="Abnormal now"
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") hold(true);
      }}
      onPointerLeave={(event) => hold(hasVisibleFocus(event.currentTarget))}
      onFocusIn={(event) => {
        if (hasVisibleFocus(event.currentTarget)) hold(true);
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) hold(false);
      }}
    >
      <h2>
        <span>{counted(activeCount, "abnormal metric")}</span>
        <span>newest first</span>
      </h2>
      <div role="status">
        {waitingCount > 0 && (
          <button type="button" class="waiting-bar" onClick={release}>
            ↑ {waitingCount} new
          </button>
        )}
      </div>
      <ul>
        {shown.map((one) =>
          "incident" in one ? (
            <IncidentRow key={one.incident.id} shown={one} parts={parts} selectedId={selectedId} />
          ) : (
            <AnomalyRow
              key={one.id}
              anomaly={one}
              parts={parts.get(one.name)}
              isSelected={one.id === selectedId}
            />
          ),
        )}
      </ul>
      {isFull && <p class="calm">The newest {activeCountMax} are shown; there are more.</p>}
      <CalmWords />
    </section>
  );
}

/** A focus that the reader sees and moves by keys; the one a click leaves behind holds nothing. */
function hasVisibleFocus(list: Element): boolean {
  return list.querySelector(":focus-visible") !== null;
}
