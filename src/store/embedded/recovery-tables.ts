/** What a recovery looks up for every chunk and sample: columns, since a day of a fleet has millions. */

const pageBits = 12;
const pageLength = 1 << pageBits;

/** Ids by serial. Serials are given in turn and never again, so they lie close together in stretches. */
export class IdsBySerial {
  /** By the upper bits of the serial; missing where none of its serials has an id. */
  readonly #pages = new Map<number, Int32Array>();
  #lastPage: Int32Array | undefined;
  #lastNumber = -1;

  /** -1 where the serial has none. */
  get(serial: number): number {
    const number = Math.floor(serial / pageLength);
    if (number !== this.#lastNumber) {
      this.#lastPage = this.#pages.get(number);
      this.#lastNumber = number;
    }
    return this.#lastPage === undefined ? -1 : this.#lastPage[serial % pageLength]!;
  }

  set(serial: number, id: number): void {
    const number = Math.floor(serial / pageLength);
    let page = this.#pages.get(number);
    if (page === undefined) {
      this.#pages.set(number, (page = new Int32Array(pageLength).fill(-1)));
      this.#lastNumber = -1;
    }
    page[serial % pageLength] = id;
  }
}

/** Up to which ordinal the sealed chunks of each series have all its samples. */
export class ClaimsById {
  #ordinals = new Float64Array(1024);

  /** 0 where nothing is claimed. */
  of(id: number): number {
    return this.#ordinals[id] ?? 0;
  }

  set(id: number, ordinal: number): void {
    if (id >= this.#ordinals.length) {
      const longer = new Float64Array(Math.ceil((id + 1) * 1.5));
      longer.set(this.#ordinals);
      this.#ordinals = longer;
    }
    this.#ordinals[id] = ordinal;
  }
}
