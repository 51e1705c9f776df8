/**
 * Samples on their way from the horizon to a shard, whose names travel once.
 *
 *     names     | web.fe1.load | queue.depth |     names told with this batch, end to end
 *     nameEnds  |           12 |          23 |     their aliases are firstAlias, firstAlias + 1, …
 *     aliases   |  7  |  0  |  8  | …              of each row: told now or earlier
 *     timesMs, values, types                       as in a SampleBatch
 *
 * Columns of rows are lent: who gives them away says until when. Names are handed over.
 *
 * Aliases of one producer and one shard are numbered from 0 on. In a later *generation* they are
 * numbered anew, and those of before mean nothing.
 */
import { assert } from "../base/assert.ts";
import type { SampleBatch } from "./sample-batch.ts";

export interface AliasBatch {
  readonly count: number;
  readonly generation: number;
  readonly firstAlias: number;
  readonly names: Uint8Array<ArrayBuffer>;
  readonly nameEnds: Uint32Array<ArrayBuffer>;
  readonly aliases: Uint32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly types?: Uint8Array | undefined;
}

export function isAliasBatch(batch: SampleBatch | AliasBatch): batch is AliasBatch {
  return "aliases" in batch;
}

/** What the receiver knows of one producer's aliases. */
export class AliasNames {
  #generation = 0;
  #count = 0;
  /** As they came; small ones are put together, so that there are only so many. */
  #tellings: Telling[] = [];
  /** For the store: the series that it gave the alias, and a mark by which it sees that it still is. */
  ids = new Uint32Array(0);
  marks = new Uint32Array(0);

  /** Takes in the names of a batch, before its rows. */
  take(batch: AliasBatch): void {
    if (batch.generation !== this.#generation) {
      assert(batch.firstAlias === 0, "a generation begins with its first alias");
      this.#generation = batch.generation;
      this.#count = 0;
      this.#tellings = [];
      this.marks.fill(0);
    }
    const { names, nameEnds, firstAlias } = batch;
    if (nameEnds.length === 0) return;
    assert(firstAlias === this.#count, "names are told in the order of their aliases");
    let telling: Telling = { names, nameEnds, firstAlias };
    for (
      let last = this.#tellings.at(-1);
      last !== undefined && last.nameEnds.length <= telling.nameEnds.length;
      last = this.#tellings.at(-1)
    ) {
      this.#tellings.pop();
      telling = joined(last, telling);
    }
    this.#tellings.push(telling);
    this.#count += nameEnds.length;
    if (this.#count > this.ids.length) this.#grow();
  }

  get count(): number {
    return this.#count;
  }

  /** Calls with the bytes of the name, lent for the call. */
  name<Result>(
    alias: number,
    use: (bytes: Uint8Array, start: number, end: number) => Result,
  ): Result {
    let low = 0;
    let high = this.#tellings.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#tellings[middle]?.firstAlias ?? 0) <= alias) low = middle;
      else high = middle - 1;
    }
    const telling = this.#tellings[low];
    assert(telling !== undefined && alias < this.#count, "a row has an alias that was told");
    const { names, nameEnds, firstAlias } = telling;
    const index = alias - firstAlias;
    return use(names, index === 0 ? 0 : (nameEnds[index - 1] as number), nameEnds[index] as number);
  }

  #grow(): void {
    const room = Math.ceil(this.#count * 1.5);
    const ids = new Uint32Array(room);
    ids.set(this.ids);
    const marks = new Uint32Array(room);
    marks.set(this.marks);
    this.ids = ids;
    this.marks = marks;
  }
}

interface Telling {
  readonly names: Uint8Array;
  readonly nameEnds: Uint32Array;
  readonly firstAlias: number;
}

function joined(a: Telling, b: Telling): Telling {
  const aBytes = a.nameEnds.at(-1) ?? 0;
  const names = new Uint8Array(aBytes + (b.nameEnds.at(-1) ?? 0));
  names.set(a.names.subarray(0, aBytes));
  names.set(b.names.subarray(0, b.nameEnds.at(-1)), aBytes);
  const nameEnds = new Uint32Array(a.nameEnds.length + b.nameEnds.length);
  nameEnds.set(a.nameEnds);
  for (const [i, end] of b.nameEnds.entries()) nameEnds[a.nameEnds.length + i] = aBytes + end;
  return { names, nameEnds, firstAlias: a.firstAlias };
}

/** The same rows with their names, for whoever keeps no aliases. */
export function namedBatch(batch: AliasBatch, known: AliasNames): SampleBatch {
  const { count, aliases, timesMs, values, types } = batch;
  const nameEnds = new Uint32Array(count);
  let length = 0;
  for (let row = 0; row < count; row++) {
    length += known.name(aliases[row] as number, (bytes, start, end) => end - start);
    nameEnds[row] = length;
  }
  const names = new Uint8Array(length);
  for (let row = 0, at = 0; row < count; row++) {
    known.name(aliases[row] as number, (bytes, start, end) =>
      names.set(bytes.subarray(start, end), at),
    );
    at = nameEnds[row] as number;
  }
  return {
    count,
    names,
    nameEnds,
    timesMs: Float64Array.from(timesMs.subarray(0, count)),
    values: Float64Array.from(values.subarray(0, count)),
    types: types && Uint8Array.from(types.subarray(0, count)),
  };
}
