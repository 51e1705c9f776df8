/**
 * Sorting a stretch of a typed array in place. `subarray().sort()` would make an object per call;
 * this makes none, and heapsort keeps its n log n on any input.
 */

const insertionCountMax = 32;

/** Sorts `values[from, until)` ascending; no NaN. */
export function sortRange(values: Float64Array, from: number, until: number): void {
  if (until - from <= insertionCountMax) insertionSort(values, from, until);
  else heapSort(values, from, until);
}

function insertionSort(values: Float64Array, from: number, until: number): void {
  for (let i = from + 1; i < until; i++) {
    const value = values[i]!;
    let j = i;
    while (j > from && values[j - 1]! > value) {
      values[j] = values[j - 1]!;
      j -= 1;
    }
    values[j] = value;
  }
}

function heapSort(values: Float64Array, from: number, until: number): void {
  const count = until - from;
  for (let root = (count >> 1) - 1; root >= 0; root--) {
    siftDown(values, from, root, count, values[from + root]!);
  }
  for (let end = count - 1; end > 0; end--) {
    const value = values[from + end]!;
    values[from + end] = values[from]!;
    siftDown(values, from, 0, end, value);
  }
}

/** Lets `value` sink from `hole` to its place in the heap of `count` values at `from`. */
function siftDown(
  values: Float64Array,
  from: number,
  hole: number,
  count: number,
  value: number,
): void {
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && values[from + child + 1]! > values[from + child]!) child += 1;
    if (values[from + child]! <= value) break;
    values[from + hole] = values[from + child]!;
    hole = child;
  }
  values[from + hole] = value;
}
