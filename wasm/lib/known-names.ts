/** Where things lie in the memory of known names: src/kernel/known-names.ts draws it and says the same. */

/** Below it the compiler keeps its tables. */
export const stateAt: usize = 65536;
export const recordHeadBytes: usize = 16;
// Of the head of a record: the shard, and whether the name holds a blank, so that no line can have it.
export const recordShard: usize = 2;
export const recordIsBlankInside: usize = 3;
/** Lines that are looked up together. */
export const batchLinesMax: u32 = 32;
// Of the columns of a shard, in bytes times rows.
export const columnTimes: usize = 0;
export const columnValues: usize = 8;
export const columnAliases: usize = 16;
export const columnTypes: usize = 20;
