/**
 * Which indexes serve: of all that processes wrote, those that together hold each series once, in one
 * window.
 *
 * Every process that shares a cluster's series writes an index of its partitions for each of the same
 * windows. A window can be searched when its indexes hold all partitions; the newest such window is. A
 * partition that two of them hold, since it changed hands, is taken from the one that was begun later.
 * All of it is told by the indexes alone, so each process comes to the same choice, and whether the
 * one that wrote an index still lives does not matter: what it had is written by another for a later
 * window, and then the whole window before goes.
 */
import { partitionCount, type ShapeWindow } from "../../model/index.ts";
import { comparableState, originOf, type ShapeIndex, type ShapeIndexes } from "./shape-index.ts";

/** So many windows that are newer than the serving one wait for the others' part of them. */
const waitingCountMax = 3;
/** No import takes so long: an index that is not complete by then is a dead one's. */
const importMsMax = 3_600_000;
/** A window that ends later than this from now was written by a clock that was wrong. */
const aheadMsMax = 60_000;

export interface ServingPart {
  readonly index: string;
  /** Only these of the index count; undefined: all. */
  readonly partitions?: readonly number[];
}

export interface ServingIndex extends ShapeWindow {
  readonly parts: readonly ServingPart[];
  /** Series with a shape. */
  readonly comparableCount: number;
  /** Of those without one, by reason. */
  readonly faultCounts: Readonly<Record<string, number>>;
}

/** @returns undefined while no window is held whole */
export function chooseServing(
  prefix: string,
  complete: readonly ShapeIndex[],
  nowMs: number,
): ServingIndex | undefined {
  const startedMs = ({ index }: ShapeIndex): number => originOf(prefix, index)?.startedMs ?? 0;
  const newestFirst = complete
    .filter(({ range }) => range.untilMs <= nowMs + aheadMsMax)
    .sort(
      (a, b) =>
        b.range.untilMs - a.range.untilMs ||
        startedMs(b) - startedMs(a) ||
        (a.index < b.index ? -1 : 1),
    );
  const byWindow = Map.groupBy(newestFirst, windowKey);
  for (const indexes of byWindow.values()) {
    const serving = servingOf(indexes);
    if (serving !== undefined) return serving;
  }
  return undefined;
}

/** @param indexes  of one window; of two that hold a partition the first serves it */
function servingOf(indexes: readonly ShapeIndex[]): ServingIndex | undefined {
  const taken = new Set<number>();
  const counts: Record<string, number> = {};
  const parts: ServingPart[] = [];
  for (const { index, partitions } of indexes) {
    const own = [...partitions.keys()].filter((partition) => !taken.has(partition));
    if (own.length === 0) continue;
    for (const partition of own) {
      taken.add(partition);
      for (const [state, count] of Object.entries(partitions.get(partition) ?? {}))
        counts[state] = (counts[state] ?? 0) + count;
    }
    parts.push(own.length === partitions.size ? { index } : { index, partitions: own });
  }
  const [first] = indexes;
  if (first === undefined || taken.size < partitionCount) return undefined;
  const { [comparableState]: comparableCount = 0, ...faultCounts } = counts;
  const { range, pointCount } = first;
  return { parts, range, pointCount, comparableCount, faultCounts };
}

/** What nobody will search any more, for whoever has just imported as `owner` and holds that lock. */
export function unneededIndexes(
  prefix: string,
  { complete, others }: ShapeIndexes,
  { owner, nowMs }: { readonly owner: string; readonly nowMs: number },
): string[] {
  const serving = chooseServing(prefix, complete, nowMs);
  const servingUntilMs = serving?.range.untilMs ?? -Infinity;
  const isOwn = (index: string): boolean => originOf(prefix, index)?.owner === owner;
  const ageMs = (index: string): number => nowMs - (originOf(prefix, index)?.startedMs ?? nowMs);

  const waiting = complete.filter(({ range }) => range.untilMs > servingUntilMs);
  const served = new Set(serving?.parts.map(({ index }) => index));
  const past = complete.filter((each) => !waiting.includes(each) && !served.has(each.index));
  const own = waiting
    .filter(({ index }) => isOwn(index))
    .sort((a, b) => ageMs(a.index) - ageMs(b.index));
  const surplus = own.filter(
    ({ range }, i) => i >= waitingCountMax || range.untilMs > nowMs + aheadMsMax,
  );
  const dead = others.filter((index) => isOwn(index) || ageMs(index) > importMsMax);
  return [...past, ...surplus].map(({ index }) => index).concat(dead);
}

function windowKey({ range, pointCount }: ShapeWindow): string {
  return `${range.fromMs} ${range.untilMs} ${pointCount}`;
}
