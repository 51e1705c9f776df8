/**
 * Values of regular series that are in no chunk yet, packed by the dozen: one block of the arena a series,
 * pieces behind one another. Times are not kept: the samples lie one step apart, and the owner knows when
 * the newest was.
 *
 *     piece   | count u8 | form u8 | base i32 or f64 | a difference to the base for each value |
 *     form    bits 0, 1   what is written is the value times 1, 100 or 1000, a whole number; 3: doubles
 *             bits 2, 3   a difference has 0, 1, 2 or 4 bytes
 *             bit 4       the base is a double
 *
 * A form is taken only where it gives the values back bit for bit. Counters, gauges of few decimals and what
 * stands still take 0.5 to 3 bytes a value instead of 8, so a piece is an eighth of what it was.
 */
import { assert } from "../../base/assert.ts";
import { grown } from "../../base/grown.ts";
import type { BlockArena } from "./block-arena.ts";

/** Values of one piece. */
const pieceCountMax = 15;
const scales = [1, 100, 1000] as const;
const rawScale = 3;
const wideBase = 16;
/** Blocks grow by so much, so that there are few sizes. */
const roomStepBytes = 32;

const scratchDouble = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchDouble.buffer);

/** A piece: which form it has, and its numbers. */
interface Plan {
  form: number;
  base: number;
  width: number;
}

export class PackedSamples {
  readonly #arena: BlockArena;
  #sampleCount = 0;
  // By id.
  #blocks = new Uint32Array(0);
  #sizes = new Uint16Array(0);
  #counts = new Uint16Array(0);
  readonly #wholes = new Float64Array(pieceCountMax);
  readonly #plan: Plan = { form: 0, base: 0, width: 0 };

  constructor(arena: BlockArena) {
    this.#arena = arena;
  }

  /** Of all series. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return this.#blocks.byteLength + this.#sizes.byteLength + this.#counts.byteLength;
  }

  /** Memory in the arena; looks at every series. */
  get blockBytes(): number {
    return this.#sizes.reduce((sum, sizeBytes) => sum + roomOf(sizeBytes), 0);
  }

  growTo(idRoom: number): void {
    this.#blocks = grown(this.#blocks, new Uint32Array(idRoom));
    this.#sizes = grown(this.#sizes, new Uint16Array(idRoom));
    this.#counts = grown(this.#counts, new Uint16Array(idRoom));
  }

  count(id: number): number {
    return this.#counts[id]!;
  }

  /** Puts `column[from, from + count)` behind what is there: 1 to 15 finite values. */
  append(id: number, column: Float64Array, from: number, count: number): void {
    assert(count >= 1 && count <= pieceCountMax, "a piece has 1 to 15 values");
    const plan = this.#plan;
    const isRaw = !planPiece(column, from, count, this.#wholes, plan);
    const baseBytes = isRaw ? 0 : (plan.form & wideBase) !== 0 ? 8 : 4;
    const start = this.#sizes[id]!;
    this.#grow(id, start + 2 + baseBytes + plan.width * count);

    const block = this.#blocks[id]!;
    const bytes = this.#arena.bytes(block);
    let at = this.#arena.byteAt(block) + start;
    bytes[at] = count;
    bytes[at + 1] = plan.form;
    at += 2;
    if (isRaw) {
      for (let k = 0; k < count; k++, at += 8) writeDouble(bytes, at, column[from + k]!);
    } else {
      if (baseBytes === 8) writeDouble(bytes, at, plan.base);
      else writeWord(bytes, at, plan.base);
      this.#writeDifferences(bytes, at + baseBytes, count, plan);
    }
    this.#counts[id] = this.#counts[id]! + count;
    this.#sampleCount += count;
  }

  /** Copies all values of the series to the start of `values`. */
  copy(id: number, values: Float64Array): void {
    const block = this.#blocks[id]!;
    const bytes = this.#arena.bytes(block);
    let at = this.#arena.byteAt(block);
    const end = at + this.#sizes[id]!;
    let to = 0;
    while (at < end) {
      const count = bytes[at]!;
      const form = bytes[at + 1]!;
      at += 2;
      const scaleIndex = form & 3;
      if (scaleIndex === rawScale) {
        for (let k = 0; k < count; k++, at += 8) values[to++] = readDouble(bytes, at);
        continue;
      }
      const scale = scales[scaleIndex]!;
      let base: number;
      if ((form & wideBase) !== 0) {
        base = readDouble(bytes, at);
        at += 8;
      } else {
        base = readWord(bytes, at);
        at += 4;
      }
      const widthBits = (form >>> 2) & 3;
      if (widthBits === 0) {
        const value = base / scale;
        for (let k = 0; k < count; k++) values[to++] = value;
      } else if (widthBits === 1) {
        for (let k = 0; k < count; k++) values[to++] = (base + bytes[at++]!) / scale;
      } else if (widthBits === 2) {
        for (let k = 0; k < count; k++, at += 2) {
          values[to++] = (base + (bytes[at]! | (bytes[at + 1]! << 8))) / scale;
        }
      } else {
        for (let k = 0; k < count; k++, at += 4) {
          values[to++] = (base + (readWord(bytes, at) >>> 0)) / scale;
        }
      }
    }
  }

  /** Forgets the series' samples. */
  clear(id: number): void {
    const sizeBytes = this.#sizes[id]!;
    if (sizeBytes === 0) return;
    this.#arena.free(this.#blocks[id]!, roomOf(sizeBytes));
    this.#sampleCount -= this.#counts[id]!;
    this.#sizes[id] = 0;
    this.#counts[id] = 0;
  }

  #writeDifferences(bytes: Uint8Array, start: number, count: number, plan: Plan): void {
    const wholes = this.#wholes;
    const { base, width } = plan;
    let at = start;
    if (width === 1) for (let k = 0; k < count; k++) bytes[at++] = wholes[k]! - base;
    else if (width === 2) {
      for (let k = 0; k < count; k++, at += 2) {
        const difference = wholes[k]! - base;
        bytes[at] = difference;
        bytes[at + 1] = difference >>> 8;
      }
    } else if (width === 4) {
      for (let k = 0; k < count; k++, at += 4) writeWord(bytes, at, wholes[k]! - base);
    }
  }

  /** Makes the series' block as large as is needed for so many bytes. */
  #grow(id: number, sizeBytes: number): void {
    const before = this.#sizes[id]!;
    const room = roomOf(sizeBytes);
    if (room > roomOf(before)) {
      const block = this.#arena.allocate(room);
      if (before > 0) {
        const old = this.#blocks[id]!;
        const from = this.#arena.words(old);
        const to = this.#arena.words(block);
        let fromAt = this.#arena.wordAt(old);
        let toAt = this.#arena.wordAt(block);
        for (let k = (before + 3) >>> 2; k > 0; k--) to[toAt++] = from[fromAt++]!;
        this.#arena.free(old, roomOf(before));
      }
      this.#blocks[id] = block;
    }
    this.#sizes[id] = sizeBytes;
  }
}

/** Finds the shortest form of the values. @returns false where it is doubles */
function planPiece(
  column: Float64Array,
  from: number,
  count: number,
  wholes: Float64Array,
  plan: Plan,
): boolean {
  for (let scaleIndex = 0; scaleIndex < scales.length; scaleIndex++) {
    const scale = scales[scaleIndex]!;
    let min = Infinity;
    let max = -Infinity;
    let k = 0;
    for (; k < count; k++) {
      const value = column[from + k]!;
      const whole = Math.floor(value * scale + 0.5);
      if (whole / scale !== value || (value === 0 && 1 / value < 0)) break;
      wholes[k] = whole;
      if (whole < min) min = whole;
      if (whole > max) max = whole;
    }
    if (k < count) continue;
    const range = max - min;
    if (!(range < 2 ** 32 && min > -(2 ** 52) && max < 2 ** 52)) continue;
    const widthBits = range === 0 ? 0 : range < 256 ? 1 : range < 65_536 ? 2 : 3;
    const isWide = !(min >= -(2 ** 31) && min < 2 ** 31);
    plan.form = scaleIndex | (widthBits << 2) | (isWide ? wideBase : 0);
    plan.base = min;
    plan.width = widthBits === 3 ? 4 : widthBits;
    return true;
  }
  plan.form = rawScale;
  plan.width = 8;
  return false;
}

function roomOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / roomStepBytes) * roomStepBytes;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function writeDouble(bytes: Uint8Array, at: number, value: number): void {
  scratchDouble[0] = value;
  for (let k = 0; k < 8; k++) bytes[at + k] = scratchBytes[k]!;
}

function readDouble(bytes: Uint8Array, at: number): number {
  for (let k = 0; k < 8; k++) scratchBytes[k] = bytes[at + k]!;
  return scratchDouble[0]!;
}
