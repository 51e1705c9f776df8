/**
 * Puts a name and its tags together as one series name, in bytes and without a string:
 *
 *     head ;key=value ;key=value ...          keys ascending, of equal keys the last
 *
 * Senders with labels, attributes and tags share it, so that one label is written the same whoever
 * sent it. Bytes that mean something in a tagged name, and controls, become '_': ';' everywhere,
 * '=', '!' and '^' in keys, '~' at the start of a value (Graphite manual, "Graphite Tag Support").
 * Tags with an empty key or value are left out, as Graphite and Prometheus read them.
 *
 * Head and tags can be cut back to an earlier length, so that a row of many fields writes what they
 * share once.
 */

/** Room for a head, and for the tags; the admission's limit for both together is lower. */
const roomBytes = 4096;

/** Beyond what any sender means; the sort is made for few. */
export const tagCountMax = 256;

export class TaggedNameWriter {
  /** Holds the name after `compose`, until the next one. */
  readonly bytes = new Uint8Array(2 * roomBytes);
  readonly #head = new Uint8Array(roomBytes);
  /** Above `roomBytes` where the head did not fit. */
  #headLength = 0;
  /** Keys and values one behind the other, as they came. */
  readonly #texts = new Uint8Array(roomBytes);
  readonly #keyStarts = new Uint16Array(tagCountMax);
  readonly #valueStarts = new Uint16Array(tagCountMax);
  readonly #valueEnds = new Uint16Array(tagCountMax);
  /** Indexes of tags by key; of equal keys the later one behind. */
  readonly #order = new Uint16Array(tagCountMax);
  #tagCount = 0;
  /** The first tag that did not fit. */
  #lostFrom = Infinity;
  readonly #suffix = new Uint8Array(roomBytes);
  #suffixLength = 0;
  #isSuffixCurrent = true;
  readonly #encoder = new TextEncoder();
  readonly #keyText = new Uint8Array(roomBytes);
  readonly #valueText = new Uint8Array(roomBytes);

  clear(): void {
    this.#headLength = 0;
    this.cutTags(0);
  }

  get headLength(): number {
    return this.#headLength;
  }

  cutHead(length: number): void {
    this.#headLength = Math.min(length, this.#headLength);
  }

  head(bytes: Uint8Array, start: number, end: number): void {
    if (this.#headLength + end - start > roomBytes) {
      this.#headLength = roomBytes + 1;
      return;
    }
    for (let at = start; at < end; at++) this.#head[this.#headLength++] = cleanByte(bytes[at]!);
  }

  headText(text: string): void {
    const { read, written } = this.#encoder.encodeInto(text, this.#keyText);
    if (read < text.length) this.#headLength = roomBytes + 1;
    else this.head(this.#keyText, 0, written);
  }

  get tagCount(): number {
    return this.#tagCount;
  }

  /** Forgets the tags behind the first `count`. */
  cutTags(count: number): void {
    if (count >= this.#tagCount) return;
    let kept = 0;
    for (let i = 0; i < Math.min(this.#tagCount, tagCountMax); i++) {
      if (this.#order[i]! < count) this.#order[kept++] = this.#order[i]!;
    }
    this.#tagCount = count;
    if (count <= this.#lostFrom) this.#lostFrom = Infinity;
    this.#isSuffixCurrent = false;
  }

  tag(
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    if (keyStart >= keyEnd || valueStart >= valueEnd) return;
    this.#isSuffixCurrent = false;
    const index = this.#tagCount++;
    const textStart = index === 0 ? 0 : this.#valueEnds[index - 1]!;
    const textLength = keyEnd - keyStart + valueEnd - valueStart;
    if (this.#lostFrom < index || index >= tagCountMax || textStart + textLength > roomBytes) {
      this.#lostFrom = Math.min(this.#lostFrom, index);
      return;
    }
    let to = textStart;
    this.#keyStarts[index] = to;
    for (let at = keyStart; at < keyEnd; at++) this.#texts[to++] = cleanKeyByte(keyBytes[at]!);
    this.#valueStarts[index] = to;
    for (let at = valueStart; at < valueEnd; at++) this.#texts[to++] = cleanByte(valueBytes[at]!);
    this.#valueEnds[index] = to;
    const first = this.#valueStarts[index];
    if (this.#texts[first] === tilde) this.#texts[first] = underscore;

    let place = index;
    while (place > 0 && this.#compareKeys(this.#order[place - 1]!, index) > 0) {
      this.#order[place] = this.#order[place - 1]!;
      place -= 1;
    }
    this.#order[place] = index;
  }

  tagText(key: string, value: string): void {
    const keyEncoded = this.#encoder.encodeInto(key, this.#keyText);
    const valueEncoded = this.#encoder.encodeInto(value, this.#valueText);
    if (keyEncoded.read < key.length || valueEncoded.read < value.length) {
      this.#lostFrom = Math.min(this.#lostFrom, this.#tagCount++);
      return;
    }
    const { written: keyEnd } = keyEncoded;
    this.tag(this.#keyText, 0, keyEnd, this.#valueText, 0, valueEncoded.written);
  }

  /** @returns the length of the name in `bytes`; 0 where it does not fit or is empty */
  compose(): number {
    if (this.#headLength === 0 || this.#headLength > roomBytes) return 0;
    if (this.#lostFrom !== Infinity) return 0;
    if (!this.#isSuffixCurrent) this.#composeSuffix();
    if (this.#suffixLength > roomBytes) return 0;
    let to = 0;
    for (; to < this.#headLength; to++) this.bytes[to] = this.#head[to]!;
    for (let at = 0; at < this.#suffixLength; at++) this.bytes[to++] = this.#suffix[at]!;
    return to;
  }

  #composeSuffix(): void {
    let to = 0;
    for (let i = 0; i < this.#tagCount; i++) {
      const index = this.#order[i]!;
      if (i + 1 < this.#tagCount && this.#compareKeys(index, this.#order[i + 1]!) === 0) continue;
      if (to + 2 + this.#valueEnds[index]! - this.#keyStarts[index]! > roomBytes) {
        to = roomBytes + 1;
        break;
      }
      this.#suffix[to++] = semicolon;
      for (let at = this.#keyStarts[index]!; at < this.#valueStarts[index]!; at++) {
        this.#suffix[to++] = this.#texts[at]!;
      }
      this.#suffix[to++] = equalsSign;
      for (let at = this.#valueStarts[index]!; at < this.#valueEnds[index]!; at++) {
        this.#suffix[to++] = this.#texts[at]!;
      }
    }
    this.#suffixLength = to;
    this.#isSuffixCurrent = true;
  }

  #compareKeys(a: number, b: number): number {
    const aEnd = this.#valueStarts[a]!;
    const bEnd = this.#valueStarts[b]!;
    let aAt = this.#keyStarts[a]!;
    let bAt = this.#keyStarts[b]!;
    while (aAt < aEnd && bAt < bEnd) {
      const step = this.#texts[aAt++]! - this.#texts[bAt++]!;
      if (step !== 0) return step;
    }
    return aEnd - aAt - (bEnd - bAt);
  }
}

const semicolon = 0x3b;
const equalsSign = 0x3d;
const underscore = 0x5f;
const tilde = 0x7e;

function cleanByte(byte: number): number {
  return byte < 0x20 || byte === 0x7f || byte === semicolon ? underscore : byte;
}

function cleanKeyByte(byte: number): number {
  return byte === equalsSign || byte === 0x21 || byte === 0x5e ? underscore : cleanByte(byte);
}
