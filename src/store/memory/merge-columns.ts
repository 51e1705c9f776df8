/** Joins two runs of samples, each with ascending times, in place. */

/**
 * Merges the first `addedCount` added samples into the first `count` samples of two columns. Of equal
 * times the added sample wins. Where the columns have no room for all, the newest stay.
 * @returns how many samples the columns now hold
 */
export function mergeColumns(
  timesMs: Float64Array,
  values: Float64Array,
  count: number,
  addedMs: Float64Array,
  addedValues: Float64Array,
  addedCount: number,
): number {
  const room = Math.min(timesMs.length, values.length);
  let total = count + addedCount - equalCount(timesMs, count, addedMs, addedCount);
  let keptFrom = 0;
  let addedFrom = 0;
  for (; total > room; total--) {
    const keptMs = keptFrom < count ? timesMs[keptFrom]! : Infinity;
    const nextMs = addedFrom < addedCount ? addedMs[addedFrom]! : Infinity;
    if (keptMs <= nextMs) keptFrom += 1;
    if (nextMs <= keptMs) addedFrom += 1;
  }
  if (keptFrom > 0) {
    timesMs.copyWithin(0, keptFrom, count);
    values.copyWithin(0, keptFrom, count);
  }
  // From the newest down, so that nothing is overwritten before it has been moved.
  let kept = count - keptFrom - 1;
  let to = total - 1;
  for (let added = addedCount - 1; added >= addedFrom; to--) {
    const addedTimeMs = addedMs[added]!;
    if (kept >= 0 && timesMs[kept]! > addedTimeMs) {
      timesMs[to] = timesMs[kept]!;
      values[to] = values[kept]!;
      kept -= 1;
      continue;
    }
    if (kept >= 0 && timesMs[kept] === addedTimeMs) kept -= 1;
    timesMs[to] = addedTimeMs;
    values[to] = addedValues[added]!;
    added -= 1;
  }
  return total;
}

/** How many times are in both runs. */
function equalCount(
  timesMs: Float64Array,
  count: number,
  addedMs: Float64Array,
  addedCount: number,
): number {
  let equal = 0;
  for (let added = 0; added < addedCount; added++) {
    const at = lowerBound(timesMs, 0, count, addedMs[added]!);
    if (at < count && timesMs[at] === addedMs[added]) equal += 1;
  }
  return equal;
}

/** The first index in [from, until) whose time is not before `timeMs`; `until` if there is none. */
export function lowerBound(
  timesMs: Float64Array,
  from: number,
  until: number,
  timeMs: number,
): number {
  let low = from;
  let high = until;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
