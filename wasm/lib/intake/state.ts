/** Words of the state of known names: src/kernel/known-names.ts tells what they mean. */
import { stateAt } from "../known-names";

export const sSuccessors: usize = stateAt + 0;
export const sMode: usize = stateAt + 4;
export const sScore: usize = stateAt + 8;
export const sTaken: usize = stateAt + 12;
export const sFullShard: usize = stateAt + 16;
export const sRowRoom: usize = stateAt + 20;
export const sSlotMask: usize = stateAt + 24;
export const sColumns: usize = stateAt + 28;
export const sColumnBytes: usize = stateAt + 32;
export const sSlots: usize = stateAt + 36;
export const sOldest: usize = stateAt + 40;
export const sNewest: usize = stateAt + 48;
export const sCounts: usize = stateAt + 64;
export const sTypes: usize = stateAt + 64 + 1024;
/** Of the lines that are looked up together: hash, start, name's length, record. */
export const scratchAt: usize = stateAt + 4096;
