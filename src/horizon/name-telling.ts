/** Names that a shard has not been told yet, in the order of their aliases. */

const noBytes = new Uint8Array(0);
const noEnds = new Uint32Array(0);

export class NameTelling {
  #bytes = noBytes;
  #length = 0;
  #ends: number[] = [];
  #firstAlias = 0;

  add(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(1024, length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
    this.#ends.push(length);
  }

  /** What was added, as the part of a batch that tells names; the caller owns it. */
  take(): {
    readonly firstAlias: number;
    readonly names: Uint8Array<ArrayBuffer>;
    readonly nameEnds: Uint32Array<ArrayBuffer>;
  } {
    const firstAlias = this.#firstAlias;
    if (this.#ends.length === 0)
      return { firstAlias, names: noBytes.slice(), nameEnds: noEnds.slice() };
    const names = this.#bytes.slice(0, this.#length);
    const nameEnds = Uint32Array.from(this.#ends);
    this.#firstAlias += nameEnds.length;
    this.#length = 0;
    this.#ends = [];
    return { firstAlias, names, nameEnds };
  }

  /** Aliases are given from 0 again; what was added must have been taken. */
  beginAnew(): void {
    this.#firstAlias = 0;
  }
}
