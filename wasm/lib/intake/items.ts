/** Skyline's MessagePack items of known names. */
import { recordHeadBytes } from "../known-names";
import { hashOf, isSame, probe } from "./names";
import { Columns } from "./rows";
import { sFullShard, sNewest, sOldest, sSuccessors, sTaken } from "./state";

/**
 * At the start of an item `[name, [seconds, value]]`.
 * @returns where the first item begins that was not taken, or `end`
 */
export function items(start: usize, end: usize, countMax: u32): usize {
  store<u32>(sFullShard, u32.MAX_VALUE);
  let at = start;
  let previous = load<u32>(sSuccessors);
  let taken = load<u32>(sTaken);
  const takenUntil = countMax > u32.MAX_VALUE - taken ? u32.MAX_VALUE : taken + countMax;
  while (at + 4 <= end && taken < takenUntil) {
    if (load<u8>(at) != 0x92) break;
    let name = at + 1;
    const form = <u32>load<u8>(name);
    let length: usize = 0;
    if ((form & 0xe0) == 0xa0) {
      length = form & 31;
      name += 1;
    } else if (form == 0xd9 || form == 0xc4) {
      length = load<u8>(name + 1);
      name += 2;
    } else if (form == 0xda || form == 0xc5) {
      length = <usize>bswap<u16>(load<u16>(name + 1));
      name += 3;
    } else break;
    const point = name + length;
    // The shortest rest: an array of two, five bytes of time, one of value.
    if (length == 0 || point + 7 > end || load<u8>(point) != 0x92) break;

    let record: u32 = previous == 0 ? 0 : load<u32>(((<usize>previous) << 4) + 8);
    if (
      record == 0 ||
      <usize>load<u16>((<usize>record) << 4) != length ||
      !isSame(name, ((<usize>record) << 4) + recordHeadBytes, length)
    ) {
      record = probe(hashOf(name, length), name, length);
      if (record == 0) break;
      if (previous != 0) store<u32>(((<usize>previous) << 4) + 8, record);
    }

    let types: u32 = 0;
    let next: usize = 0;
    let timeMs: f64 = 0;
    const timeForm = load<u8>(point + 1);
    if (timeForm == 0xce) {
      timeMs = <f64>(<u64>bswap<u32>(load<u32>(point + 2)) * 1000);
      next = point + 6;
    } else if (timeForm == 0xcb) {
      const seconds = reinterpret<f64>(bswap<u64>(load<u64>(point + 2)));
      if (!(seconds >= 0) || seconds == Infinity) break;
      timeMs = Math.floor(seconds * 1000 + 0.0005);
      types = 2;
      next = point + 10;
    } else break;

    let value: f64 = 0;
    const valueForm = <u32>load<u8>(next);
    if (valueForm == 0xcb) {
      value = reinterpret<f64>(bswap<u64>(load<u64>(next + 1)));
      next += 9;
    } else if (valueForm < 0x80) {
      value = <f64>valueForm;
      types |= 1;
      next += 1;
    } else if (valueForm >= 0xe0) {
      value = <f64>(<i32>valueForm - 256);
      types |= 1;
      next += 1;
    } else if (valueForm == 0xca) {
      value = <f64>reinterpret<f32>(bswap<u32>(load<u32>(next + 1)));
      next += 5;
    } else if (valueForm == 0xcc || valueForm == 0xd0) {
      const byte = load<u8>(next + 1);
      value = valueForm == 0xcc ? <f64>byte : <f64>(<i8>byte);
      types |= 1;
      next += 2;
    } else if (valueForm == 0xcd || valueForm == 0xd1) {
      const word = bswap<u16>(load<u16>(next + 1));
      value = valueForm == 0xcd ? <f64>word : <f64>(<i16>word);
      types |= 1;
      next += 3;
    } else if (valueForm == 0xce || valueForm == 0xd2) {
      const word = bswap<u32>(load<u32>(next + 1));
      value = valueForm == 0xce ? <f64>word : <f64>(<i32>word);
      types |= 1;
      next += 5;
    } else break;
    if (next > end || !(value - value == 0)) break;
    if (!(timeMs >= load<f64>(sOldest)) || !(timeMs <= load<f64>(sNewest))) break;
    Columns.add((<usize>record) << 4, timeMs, value, types);
    previous = record;
    taken++;
    at = next;
    if (load<u32>(sFullShard) != u32.MAX_VALUE) break;
  }
  store<u32>(sSuccessors, previous);
  store<u32>(sTaken, taken);
  return at;
}
