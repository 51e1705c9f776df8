/**
 * Rows as the sample log writes them, about 4 bytes each; docs/formats/sample-log.md draws a packed row.
 * This is the definition; wasm/rows.ts writes the same bytes. `readRows` of store/embedded/log-codec.ts reads them.
 */

/** How a value is written: the two low bits of a row's first number. */
export const valueForm = { raw: 0, whole: 1, hundredths: 2, thousandths: 3 } as const;

/** Of the first byte of a packed row. */
export const nextSerialBit = 4;
export const sameTimeBit = 8;

/** The files are little-endian, and so is every machine that runs this. */
const scratchDouble = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchDouble.buffer);

interface PackedColumns {
  readonly serials: Uint32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

/**
 * Packs rows [from, until) to the start of `out`, as long as less than `sizeMax` bytes are there.
 * @returns the first row that found no room, and where the bytes end
 */
export function packRows(
  { serials, timesMs, values }: PackedColumns,
  { from, until }: { readonly from: number; readonly until: number },
  out: Uint8Array,
  sizeMax: number,
): { readonly row: number; readonly end: number } {
  let at = 0;
  let serial = 0;
  let timeMs = 0;
  let row = from;
  for (; row < until && at < sizeMax; row++) {
    const value = values[row]!;
    let form: number = valueForm.raw;
    let whole = 0;
    if (value > -1e12 && value < 1e12) {
      whole = Math.floor(value);
      if (whole === value) {
        if (value !== 0 || !Object.is(value, -0)) form = valueForm.whole;
      } else if ((whole = Math.floor(value * 100 + 0.5)) / 100 === value) {
        form = valueForm.hundredths;
      } else if ((whole = Math.floor(value * 1000 + 0.5)) / 1000 === value) {
        form = valueForm.thousandths;
      }
    }
    const headAt = at++;
    let head = form;
    const nextSerial = serials[row]!;
    if (nextSerial === serial + 1) head |= nextSerialBit;
    else at = writeSigned(out, at, nextSerial - serial);
    serial = nextSerial;
    const nextMs = timesMs[row]!;
    if (nextMs === timeMs) head |= sameTimeBit;
    else at = writeSigned(out, at, nextMs - timeMs);
    timeMs = nextMs;
    if (form === valueForm.raw) {
      scratchDouble[0] = value;
      for (let k = 0; k < 8; k++) out[at + k] = scratchBytes[k]!;
      at += 8;
    } else {
      let rest = whole < 0 ? -2 * whole - 1 : 2 * whole;
      const valueAt = at;
      while (rest >= 0x1000000) {
        out[at++] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      while (rest > 0) {
        out[at++] = rest;
        rest >>>= 8;
      }
      head |= (at - valueAt) << 4;
    }
    out[headAt] = head;
  }
  return { row, end: at };
}

/** A folded number, seven bits a byte. @returns the offset after it */
function writeSigned(bytes: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}
