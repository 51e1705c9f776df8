/** Columns by id that grow with the number of ids. */

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** @returns `to`, which begins with what `from` holds */
export function grown<T extends Column>(from: T, to: T): T {
  to.set(from);
  return to;
}
