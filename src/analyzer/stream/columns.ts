/**
 * What judging keeps of each series beside the detector's state: 21 bytes in columns, by id.
 *
 * - usual      how far from expected the series usually is: a mean of sizes, where one row counts at most
 *              four times the mean, so that an outage hardly widens what is expected
 * - irregular  the share of rows that came at another spacing than the usual
 * - zeros      the share of rows that are 0
 * - oddRun     rows beyond what is expected, lately: up by one for each, down by three for a calm one
 * - stated     what senders state of it: see stated-type.ts
 */

const roomMin = 1024;

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

  /** Of one series. */
  readonly bytesPerSeries = 4 * 4 + 3 + 2;

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
    const floors = new Uint16Array(length);
    floors.set(this.floors);
    this.floors = floors;
  }

  /** Forgets what was learned of a series, not what is going on with it. */
  clearLearned(id: number): void {
    this.usual[id] = 0;
    this.irregular[id] = 0;
    this.zeros[id] = 0;
    this.score[id] = 0;
    this.oddRun[id] = 0;
  }
}

function grownFloats(column: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const longer = new Float32Array(length);
  longer.set(column);
  return longer;
}

function grownBytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
