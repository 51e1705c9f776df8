/** The samples of one series: chunks to columns and back, and the nine checks on the columns. */
export { examine } from "./lib/checks/examine";
export { mean, previousSquares, squares } from "./lib/checks/facts";
export { weightsAddress } from "./lib/checks/weighted";
export { decodeRun } from "./lib/chunk/decode";
export { encodeChunk } from "./lib/chunk/encode";

/** Where the door may begin to lay out memory. */
export function freeMemory(): usize {
  return __heap_base;
}
