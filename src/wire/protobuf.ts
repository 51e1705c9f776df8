/**
 * Protocol Buffers, as much of them as metrics need: walks the fields of one message.
 *
 *     message  field | field ...
 *     field    key varint = number * 8 + type | 0: varint | 1: 8 bytes | 2: length, bytes | 5: 4 bytes
 *
 * One reader walks one message; a message inside another is walked by a second reader that is
 * opened on its range, so that a schema of depth n needs n readers and no object per message.
 * Nothing is copied and nothing announced is allocated.
 *
 * Source: protobuf.dev, "Encoding". Deviation: groups (types 3 and 4), which no metrics schema has,
 * are refused.
 */

const scratch = new DataView(new ArrayBuffer(8));

export class ProtobufReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #messageEnd = 0;
  #isBroken = false;
  #number = 0;
  #type = 0;
  #low = 0;
  #high = 0;
  #start = 0;
  #end = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#messageEnd = end;
    this.#isBroken = false;
  }

  /** Opens the message that `outer` stands on; empty where it stands on a number. */
  openField(outer: ProtobufReader): void {
    this.open(outer.#bytes, outer.start, outer.end);
  }

  /** @returns false at the end, and where the message is broken */
  next(): boolean {
    if (this.#at >= this.#messageEnd || this.#isBroken) return false;
    this.#start = 0;
    this.#end = 0;
    if (!this.#varint() || this.unsigned > 0xffffffff) return this.#break();
    this.#number = this.#low >>> 3;
    this.#type = this.#low & 7;
    if (this.#number === 0) return this.#break();
    switch (this.#type) {
      case 0:
        return this.#varint() || this.#break();
      case 1:
        return this.#fixed(8) || this.#break();
      case 2:
        if (!this.#varint()) return this.#break();
        if (this.unsigned > this.#messageEnd - this.#at) return this.#break();
        this.#start = this.#at;
        this.#end = this.#at += this.#low;
        return true;
      case 5:
        return this.#fixed(4) || this.#break();
      default:
        return this.#break();
    }
  }

  /** Whether the walk ended before the message did. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Number of the field. */
  get field(): number {
    return this.#number;
  }

  /** Whether the field has bytes: text, a message or packed numbers. */
  get hasBytes(): boolean {
    return this.#type === 2;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Of the field's bytes; 0, as `end`, where it has none. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** uint32, uint64, bool, enum, fixed: rounded to the nearest double above 2^53. */
  get unsigned(): number {
    return this.#high * 4294967296 + this.#low;
  }

  /** int32, int64, sfixed64. */
  get signed(): number {
    return (this.#high | 0) * 4294967296 + this.#low;
  }

  get low32(): number {
    return this.#low;
  }

  get high32(): number {
    return this.#high;
  }

  get double(): number {
    scratch.setUint32(0, this.#high);
    scratch.setUint32(4, this.#low);
    return scratch.getFloat64(0);
  }

  /**
   * Reads fixed64 as nanoseconds since 1970, exactly.
   *
   * @returns whole milliseconds
   */
  get millisecondsOfNanoseconds(): number {
    // 2^32 = 4294 * 10^6 + 967296, so that no product leaves the exact integers.
    const highMs = this.#high * 4294;
    return highMs + Math.floor((this.#high * 967296 + this.#low) / 1e6);
  }

  #varint(): boolean {
    const bytes = this.#bytes;
    const end = this.#messageEnd;
    let at = this.#at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) return false;
      const byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        this.#low = low;
        this.#high = 0;
        return true;
      }
    }
    if (at >= end) return false;
    const middle = bytes[at++]!;
    let high = (middle & 0x7f) >> 4;
    low = (low | (middle << 28)) >>> 0;
    let last = middle;
    for (let shift = 3; last >= 0x80; shift += 7) {
      if (at >= end || shift > 31) return false;
      last = bytes[at++]!;
      high |= (last & 0x7f) << shift;
    }
    this.#at = at;
    this.#low = low;
    this.#high = high >>> 0;
    return true;
  }

  #fixed(widthBytes: 4 | 8): boolean {
    const at = this.#at;
    if (at + widthBytes > this.#messageEnd) return false;
    this.#low = this.#word(at);
    this.#high = widthBytes === 8 ? this.#word(at + 4) : 0;
    this.#at = at + widthBytes;
    return true;
  }

  #word(at: number): number {
    const bytes = this.#bytes;
    return (
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    );
  }

  #break(): false {
    this.#isBroken = true;
    return false;
  }
}
