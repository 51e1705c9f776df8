/** Sorting doubles in place: insertion for a few, heapsort for more, which stays n log n on any input. */

const insertionCountMax: i32 = 32;

export function sort(values: usize, count: i32): void {
  if (count <= insertionCountMax) insertionSort(values, count);
  else heapSort(values, count);
}

function at(values: usize, index: i32): f64 {
  return load<f64>(values + ((<usize>index) << 3));
}

function put(values: usize, index: i32, value: f64): void {
  store<f64>(values + ((<usize>index) << 3), value);
}

function insertionSort(values: usize, count: i32): void {
  for (let i = 1; i < count; i++) {
    const value = at(values, i);
    let j = i;
    while (j > 0 && at(values, j - 1) > value) {
      put(values, j, at(values, j - 1));
      j -= 1;
    }
    put(values, j, value);
  }
}

function heapSort(values: usize, count: i32): void {
  for (let root = (count >> 1) - 1; root >= 0; root--) {
    siftDown(values, root, count, at(values, root));
  }
  for (let end = count - 1; end > 0; end--) {
    const value = at(values, end);
    put(values, end, at(values, 0));
    siftDown(values, 0, end, value);
  }
}

/** Lets `value` sink from `hole` to its place in the heap of `count` values. */
function siftDown(values: usize, hole: i32, count: i32, value: f64): void {
  for (let child = 2 * hole + 1; child < count; child = 2 * hole + 1) {
    if (child + 1 < count && at(values, child + 1) > at(values, child)) child += 1;
    if (at(values, child) <= value) break;
    put(values, hole, at(values, child));
    hole = child;
  }
  put(values, hole, value);
}
