/** Where things lie in the memory of rows, as src/kernel/series-records.ts draws it. */

const rowRoom: usize = 2048;
const chunkSampleCountMax: usize = 480;
export const timesAt: usize = 65536;
export const valuesAt: usize = timesAt + rowRoom * 8;
export const idsAt: usize = valuesAt + rowRoom * 8;
export const serialsAt: usize = idsAt + rowRoom * 4;
export const packedAt: usize = serialsAt + rowRoom * 4;
const columnTimesAt: usize = packedAt + rowRoom * 32;
export const columnValuesAt: usize = columnTimesAt + chunkSampleCountMax * 8;
export const chunkAt: usize = columnValuesAt + chunkSampleCountMax * 8;
const stateAt: usize = chunkAt + 8192;
export const recordsAt: usize = stateAt + 128;

export const sSegmentsAt: usize = stateAt;
export const sFreeSegment: usize = stateAt + 4;
export const sFreshSegment: usize = stateAt + 8;
export const sLiveSegments: usize = stateAt + 12;

/** A record has so many bytes, as a power of two; at 0 is the time of the newest sample. */
export const recordBits: usize = 7;
export const recordSegment: usize = 8;
export const recordPacked: usize = 12;
export const recordUsed: usize = 14;
export const recordStep: usize = 16;
export const recordSerial: usize = 20;
export const recordRevision: usize = 24;
export const recordCount: usize = 28;
export const recordLeft: usize = 29;
export const recordFlags: usize = 31;
export const recordStaged: usize = 32;
export const rawFlag: u32 = 2;

export const stagedCountMax: u32 = 12;
export const segmentBytes: usize = 64;
