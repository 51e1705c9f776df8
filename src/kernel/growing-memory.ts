/** Pages of memory that can grow: WebAssembly's own, or an ArrayBuffer that is copied. */

const pageBytes = 65_536;

export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(pageCount: number): void;
}

/** Grows by copying. */
export class PlainMemory implements GrowingMemory {
  buffer = new ArrayBuffer(pageBytes);

  grow(pageCount: number): void {
    const larger = new ArrayBuffer(this.buffer.byteLength + pageCount * pageBytes);
    new Uint8Array(larger).set(new Uint8Array(this.buffer));
    this.buffer = larger;
  }
}
