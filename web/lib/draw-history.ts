/** Drawings one can go back to. Clearing is a step like any other, so it can be undone too. */
import type { Drawing } from "./drawing.ts";

const stepCountMax = 100;

export interface DrawHistory {
  readonly drawing: Drawing;
  readonly past: readonly Drawing[];
  readonly future: readonly Drawing[];
}

export function historyOf(drawing: Drawing): DrawHistory {
  return { drawing, past: [], future: [] };
}

/** @param before  what a step back returns to; a whole stroke is one step */
export function advanced(
  history: DrawHistory,
  drawing: Drawing,
  before: Drawing = history.drawing,
): DrawHistory {
  return { drawing, past: [...history.past, before].slice(-stepCountMax), future: [] };
}

export function undone(history: DrawHistory): DrawHistory {
  const { past, drawing, future } = history;
  const before = past.at(-1);
  if (before === undefined) return history;
  return { drawing: before, past: past.slice(0, -1), future: [drawing, ...future] };
}

export function redone(history: DrawHistory): DrawHistory {
  const { past, drawing, future } = history;
  const [next, ...rest] = future;
  if (next === undefined) return history;
  return { drawing: next, past: [...past, drawing], future: rest };
}
