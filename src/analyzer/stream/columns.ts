/**
 * What judging keeps of each series beside the detector's state: 23 bytes in columns, by id.
 *
 * - usual      how far from expected the series usually is: a mean of sizes, where one row counts at most
 *              four times the mean, so that an outage hardly widens what is expected
 * - irregular  the share of rows that came at another spacing than the usual
 * - zeros      the share of rows that are 0
 * - oddRun     rows beyond what is expected, lately: up by one for each, down by three for a calm one
 * - stated     what senders state of it: see stated-type.ts
 */

const roomMin = 1024;

const usualMemoryRows = 10_000;
const usualClip = 4;
const shareMemoryRows = 1_000;

export const stage = { calm: 0, armed: 1, active: 2 } as const;

export class StreamColumns {
  usual = new Float32Array(0);
  irregular = new Float32Array(0);
  zeros = new Float32Array(0);
  /** Of the newest row. */
  score = new Float32Array(0);
  oddRun = new Uint8Array(0);
  stage = new Uint8Array(0);
  stated = new Uint8Array(0);
  /** Place among the distinct floors plus one; 0 where it is not known yet. */
  floors = new Uint16Array(0);
  /** Of the clock that days and hours go by; see series-clocks.ts. */
  zone = new Uint16Array(0);

  /** Of one series. */
  readonly bytesPerSeries = 4 * 4 + 3 + 2 * 2;

  get room(): number {
    return this.usual.length;
  }

  grow(idCount: number): void {
    if (idCount <= this.room) return;
    const length = Math.max(roomMin, idCount, 2 * this.room);
    this.usual = grownFloats(this.usual, length);
    this.irregular = grownFloats(this.irregular, length);
    this.zeros = grownFloats(this.zeros, length);
    this.score = grownFloats(this.score, length);
    this.oddRun = grownBytes(this.oddRun, length);
    this.stage = grownBytes(this.stage, length);
    this.stated = grownBytes(this.stated, length);
    this.floors = grownWords(this.floors, length);
    this.zone = grownWords(this.zone, length);
  }

  /** The id is free, or its series is to be learned anew. */
  clear(id: number): void {
    this.clearLearned(id);
    this.stage[id] = stage.calm;
    this.stated[id] = 0;
    this.floors[id] = 0;
    this.zone[id] = 0;
  }

  /** Forgets what was learned of a series, not what is going on with it. */
  clearLearned(id: number): void {
    this.usual[id] = 0;
    this.irregular[id] = 0;
    this.zeros[id] = 0;
    this.score[id] = 0;
    this.oddRun[id] = 0;
  }

  /**
   * @param row  its number, how far from expected it lies, its value, and how many usual steps after the one before
   */
  learn(
    id: number,
    row: {
      readonly rowCount: number;
      readonly size: number;
      readonly value: number;
      readonly steps: number;
    },
  ): void {
    const { rowCount, size, value, steps } = row;
    const usual = this.usual[id]!;
    const counted = rowCount < 20 ? size : Math.min(size, usualClip * usual + 0.01 * size);
    this.usual[id] = usual + (counted - usual) / Math.min(rowCount, usualMemoryRows);
    const rate = 1 / Math.min(rowCount, shareMemoryRows);
    const isIrregular = steps > 1.5 || steps < 0.5 ? 1 : 0;
    this.irregular[id] = this.irregular[id]! + rate * (isIrregular - this.irregular[id]!);
    this.zeros[id] = this.zeros[id]! + rate * ((value === 0 ? 1 : 0) - this.zeros[id]!);
  }
}

function grownFloats(column: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const longer = new Float32Array(length);
  longer.set(column);
  return longer;
}

function grownWords(column: Uint16Array, length: number): Uint16Array<ArrayBuffer> {
  const longer = new Uint16Array(length);
  longer.set(column);
  return longer;
}

function grownBytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
