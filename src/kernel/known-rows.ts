/**
 * The door to the kernel `intake`: rows of known names out of bytes, into the columns of their shards.
 *
 * The kernel and its twins (known-lines.ts, known-items.ts) work in one memory, which `names` keeps;
 * what each takes is the same row, bit for bit, or is left to the reader that called.
 */
import { assert } from "../base/assert.ts";
import { PlainMemory } from "./growing-memory.ts";
import { readKnownItems } from "./known-items.ts";
import { readKnownLines } from "./known-lines.ts";
import {
  inputBytesMax,
  KnownNames,
  type KnownNamesOptions,
  noShard,
  stateWord,
} from "./known-names.ts";

/** Where one sender was: who came last, and whether its names come in the order of last time. */
export interface SenderPlace {
  previous: number;
  mode: number;
  score: number;
  generation: number;
}

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  lines(start: number, end: number): number;
  items(start: number, end: number, countMax: number): number;
}

export class KnownRows {
  readonly names: KnownNames;
  readonly #kernel: KernelExports | undefined;
  #generation = 0;
  // What of `bytes` lies in the input: [from, until).
  #bytes: Uint8Array | undefined;
  #from = 0;
  #until = 0;
  #inputAt = 0;

  /** @param module  undefined opens the door on the twins */
  constructor(module: WebAssembly.Module | undefined, options: KnownNamesOptions) {
    if (module === undefined) {
      this.names = new KnownNames(new PlainMemory(), options);
    } else {
      this.#kernel = new WebAssembly.Instance(module, {}).exports as unknown as KernelExports;
      this.names = new KnownNames(this.#kernel.memory, options);
    }
  }

  /** How often the names were begun anew. */
  get generation(): number {
    return this.#generation;
  }

  /** Begins a piece of input of this sender. */
  begin(place: SenderPlace): void {
    const { words } = this.names;
    const isOld = place.generation !== this.#generation;
    words[stateWord.previous] = isOld ? 0 : place.previous;
    words[stateWord.mode] = place.mode;
    words[stateWord.score] = place.score;
    this.#bytes = undefined;
  }

  /** Ends the piece: where the sender was is kept. */
  end(place: SenderPlace): void {
    const { words } = this.names;
    place.previous = words[stateWord.previous]!;
    place.mode = words[stateWord.mode]!;
    place.score = words[stateWord.score]!;
    place.generation = this.#generation;
    this.#bytes = undefined;
  }

  /**
   * Takes lines of `bytes[at, end)`, whose content must not change until the piece ends.
   * @returns where the first line begins that was not taken, or `end`
   */
  lines(bytes: Uint8Array, at: number, end: number): number {
    const start = this.#place(bytes, at, end);
    const until = this.#inputAt + Math.min(end, this.#until) - this.#from;
    const stop =
      this.#kernel === undefined
        ? readKnownLines(this.names, start, until)
        : this.#kernel.lines(start, until);
    return stop - this.#inputAt + this.#from;
  }

  /** As `lines`, for at most `countMax` MessagePack items; `at` is the start of one. */
  items(bytes: Uint8Array, at: number, end: number, countMax: number): number {
    const start = this.#place(bytes, at, end);
    const until = this.#inputAt + Math.min(end, this.#until) - this.#from;
    const countMost = Math.min(countMax, 0x7fffffff);
    const stop =
      this.#kernel === undefined
        ? readKnownItems(this.names, start, until, countMost)
        : this.#kernel.items(start, until, countMost);
    return stop - this.#inputAt + this.#from;
  }

  /** Rows that were taken since it was asked last. */
  takeCount(): number {
    const count = this.names.words[stateWord.takenCount]!;
    this.names.words[stateWord.takenCount] = 0;
    return count;
  }

  /** The shard that has no more room, so that the run ended; undefined where it ended otherwise. */
  get fullShard(): number | undefined {
    const shard = this.names.words[stateWord.fullShard]!;
    return shard === noShard ? undefined : shard;
  }

  /** Forgets all names, since there are too many; rows must have been taken. */
  beginAnew(): void {
    this.names.clear();
    this.#generation += 1;
  }

  /** Where `at` lies in the input; what was not copied yet is. */
  #place(bytes: Uint8Array, at: number, end: number): number {
    assert(at <= end, "a piece is read forward");
    if (bytes !== this.#bytes || at < this.#from || at >= this.#until) {
      this.#bytes = bytes;
      this.#from = at;
      this.#until = Math.min(end, at + inputBytesMax);
      this.#inputAt = this.names.setInput(bytes, at, this.#until);
    }
    return this.#inputAt + at - this.#from;
  }
}

/** A place before the first piece. */
export function firstPlace(): SenderPlace {
  return { previous: 0, mode: 0, score: 32, generation: 0 };
}
