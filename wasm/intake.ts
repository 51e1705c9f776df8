/**
 * Rows of names that were admitted before, out of the bytes that came: Carbon's lines and Skyline's
 * MessagePack. The memory is laid out by src/kernel/known-names.ts, which draws it; what a row is, is
 * said by the twins, src/kernel/known-lines.ts and known-items.ts. Whatever is not plain ends the run
 * at its first byte.
 */
export { items } from "./lib/intake/items";
export { lines } from "./lib/intake/lines";
