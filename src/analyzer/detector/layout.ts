/**
 * Where a series' state lies. Every series has the same fixed number of cells, so a shard holds the
 * states of 250,000 series in three typed arrays and nothing else:
 *
 *     clocks  Float64   times, and what needs all digits of a value
 *     cells   Float32   everything that is a statistic, as deviations from the series' origin
 *     ring    Int8      the series' recent shape, for shape-voice.ts
 *
 * The files of this folder each own some cells; their offsets stand here, so that the sum can be seen.
 * A fresh series is all zeros: a shard takes a slot by filling it with zeros.
 *
 * Limit: a Float32 keeps seven digits of the deviation from the first value ever seen. A series that
 * starts at 0 and later wavers by 1 around a billion is judged blindly; a level of a billion is not.
 */

/** Raised with every change of the layout, of what a cell means, or of habits: what was saved under another is not read. */
export const layoutVersion = 4;

/** Offsets into a series' share of `clocks`. */
export const clock = { last: 0, first: 1, origin: 2, lastValue: 3 } as const;
export const clockCount = 4;

/** Slots of the expected value by hour, and of the usual residual by two hours. */
export const daySlotCount = 24;
export const weekSlotCount = 168;
export const sizeSlotCount = 12;
/** Weights and delayed values of the autoregression; its matrix is kept as a triangle. */
export const lagCount = 6;
export const strengthBucketCount = 5;
export const ringCount = 256;

/** Offsets into a series' share of `cells`; each line is one file's. */
const sizes = {
  // detector.ts
  rowCount: 1,
  stepSeconds: 1,
  overall: 2,
  // counter.ts
  risingRows: 1,
  neededRows: 1,
  isCounter: 1,
  // baseline.ts
  level: 1,
  errors: 3,
  // residual.ts
  usualSize: 1,
  shortResidual: 1,
  shortHistory: 2,
  pointHistory: 2,
  // short-memory.ts
  drift: 2,
  lagWeights: lagCount,
  lags: lagCount,
  lagTriangle: (lagCount * (lagCount + 1)) / 2,
  surprise: 1,
  shortSurprise: 1,
  surpriseHistory: 2,
  // onset.ts
  recordResidual: 1,
  record: 1,
  longResidual: 1,
  longHistory: 2,
  // range.ts
  lowest: 1,
  highest: 1,
  // cycle.ts
  crossings: 1,
  lastCrossing: 1,
  intervals: 2,
  side: 1,
  // shape-voice.ts
  sums: 1,
  summed: 1,
  stride: 1,
  center: 1,
  scale: 1,
  points: 1,
  clipped: 1,
  distances: 2,
  shapeScore: 1,
  // refractory.ts
  agreed: 1,
  held: 1,
  holdRows: 1,
  strengths: strengthBucketCount,
  lastEventRow: 1,
  // baseline.ts and residual.ts: a row needs two of each, so they lie behind what every row needs
  daySlots: daySlotCount,
  sizeSlots: sizeSlotCount,
  weekSlots: weekSlotCount,
} as const;

type Cell = keyof typeof sizes;

export const cell = offsets();
export const cellCount = Object.values(sizes).reduce((sum, size) => sum + size, 0);

/** What one series costs, its share of all three arrays. */
export const stateBytes = 8 * clockCount + 4 * cellCount + ringCount;

/** The states of `capacity` series. */
export class DetectorState {
  readonly capacity: number;
  readonly clocks: Float64Array;
  readonly cells: Float32Array;
  readonly ring: Int8Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.clocks = new Float64Array(capacity * clockCount);
    this.cells = new Float32Array(capacity * cellCount);
    this.ring = new Int8Array(capacity * ringCount);
  }

  /** Forgets a series, so that its slot can be another's. */
  clear(series: number): void {
    this.clocks.fill(0, series * clockCount, (series + 1) * clockCount);
    this.cells.fill(0, series * cellCount, (series + 1) * cellCount);
    this.ring.fill(0, series * ringCount, (series + 1) * ringCount);
  }
}

function offsets(): Readonly<Record<Cell, number>> {
  let next = 0;
  const entries = Object.entries(sizes).map(([name, size]) => {
    const at = next;
    next += size;
    return [name, at] as const;
  });
  return Object.fromEntries(entries) as Record<Cell, number>;
}
