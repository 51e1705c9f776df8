/**
 * A list that does not move under the pointer.
 *
 * While it is held (pointer over it, or focus in it) rows stay where they are: what is new waits, and
 * what ended stays with its mark. Let go, it becomes the newest state.
 */

export interface HeldList {
  /** Ids in the order shown. */
  readonly shown: readonly string[];
  /** Ids that wait to be shown, newest first. */
  readonly waiting: readonly string[];
}

export const emptyHeldList: HeldList = { shown: [], waiting: [] };

/**
 * @param current  ids as they are now, newest first
 * @param keep     an id that stays as long as it is selected, even after it ended
 */
export function nextHeldList(
  before: HeldList,
  current: readonly string[],
  { isHeld, keep }: { readonly isHeld: boolean; readonly keep: string | null },
): HeldList {
  const known = new Set(current);
  if (isHeld && before.shown.length > 0) {
    const shown = new Set(before.shown);
    return { shown: before.shown, waiting: current.filter((id) => !shown.has(id)) };
  }
  if (keep === null || known.has(keep) || !before.shown.includes(keep)) {
    return { shown: current, waiting: [] };
  }
  const kept = [...current];
  kept.splice(Math.min(before.shown.indexOf(keep), kept.length), 0, keep);
  return { shown: kept, waiting: [] };
}
