/**
 * Carbon's plaintext of a whole fleet, fast enough not to be what is measured: names and values lie
 * ready as bytes, a line is three copies. The values go on where a folder that `fillFolder` made ends.
 */
import { type Pool, poolCount, shiftsOf } from "../fill-folder.ts";
import { fleetNames } from "../fleet.ts";

const linesPerPiece = 2048;
const lineBytesMax = 128;

export class CarbonStream {
  readonly seriesCount: number;
  readonly #pool: Pool;
  readonly #shifts: Uint8Array;
  readonly #names: Uint8Array;
  readonly #nameEnds: Uint32Array;
  /** By round, then by series of the pool: neighbours in a stream are neighbours here. */
  readonly #valueText: Uint8Array;
  readonly #valueEnds: Uint32Array;

  constructor(pool: Pool, seriesCount: number, shardCount: number) {
    this.seriesCount = seriesCount;
    this.#pool = pool;
    const fleet = fleetNames(seriesCount);
    this.#shifts = shiftsOf(fleet, shardCount);
    const names: Buffer[] = [];
    this.#nameEnds = new Uint32Array(seriesCount);
    let end = 0;
    for (const [series, text] of fleet.entries()) {
      const name = Buffer.from(`${text} `);
      names.push(name);
      end += name.length;
      this.#nameEnds[series] = end;
    }
    this.#names = plain(Buffer.concat(names, end));
    const { text, ends } = textsOf(pool);
    this.#valueText = text;
    this.#valueEnds = ends;
  }

  /**
   * The lines of one round, so many steps after the pool's start: series `from` to `until`, or those that
   * `order` names, piece by piece. Each piece is a buffer of its own.
   */
  *pieces(
    round: number,
    timeSeconds: number,
    { from = 0, until = this.seriesCount, order }: RoundPart = {},
  ): Generator<Uint8Array> {
    const time = new TextEncoder().encode(` ${timeSeconds}\n`);
    for (let i = from; i < until;) {
      const end = Math.min(until, i + linesPerPiece);
      yield this.#piece(i, end, round, time, order);
      i = end;
    }
  }

  /** Apart from the generator, whose own loops are not compiled as well. */
  #piece(
    from: number,
    until: number,
    round: number,
    time: Uint8Array,
    order?: Uint32Array,
  ): Uint8Array {
    const piece = new Uint8Array(linesPerPiece * lineBytesMax);
    let at = 0;
    for (let i = from; i < until; i++) {
      at = this.#line(piece, at, order === undefined ? i : order[i]!, round, time);
    }
    return piece.subarray(0, at);
  }

  #line(piece: Uint8Array, start: number, series: number, round: number, time: Uint8Array): number {
    const nameStart = series === 0 ? 0 : this.#nameEnds[series - 1]!;
    let at = copyInto(piece, start, this.#names, nameStart, this.#nameEnds[series]!);
    const index = this.#pool.indexOf(series, this.#shifts[series]!, round);
    const value = index * poolCount + (series % poolCount);
    const valueStart = value === 0 ? 0 : this.#valueEnds[value - 1]!;
    at = copyInto(piece, at, this.#valueText, valueStart, this.#valueEnds[value]!);
    return copyInto(piece, at, time, 0, time.length);
  }
}

/** Byte by byte: so short a run is not worth a call of `copy`. */
function copyInto(
  to: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  end: number,
): number {
  for (let i = start; i < end; i++) to[at++] = from[i]!;
  return at;
}

export interface RoundPart {
  readonly from?: number;
  readonly until?: number;
  /** Which series stands where; in the order of their numbers unless given. */
  readonly order?: Uint32Array;
}

function textsOf(pool: Pool): { readonly text: Uint8Array; readonly ends: Uint32Array } {
  const ends = new Uint32Array(pool.pointCount * poolCount);
  const parts: Buffer[] = [];
  let end = 0;
  for (let index = 0; index < pool.pointCount; index++) {
    const texts: string[] = [];
    for (let p = 0; p < poolCount; p++) {
      const text = String(pool.poolValues(p)[index]!);
      texts.push(text);
      end += text.length;
      ends[index * poolCount + p] = end;
    }
    parts.push(Buffer.from(texts.join(""), "latin1"));
  }
  return { text: plain(Buffer.concat(parts, end)), ends };
}

/** Elements of a Buffer are read more slowly than those of a Uint8Array. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
