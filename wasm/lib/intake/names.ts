/** The records of names: which one has the bytes of a name. */
import { recordHeadBytes } from "../known-names";
import { sSlotMask, sSlots } from "./state";

/** Both sides may be read 16 bytes beyond their ends. */
export function isSame(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  while (i + 16 <= length) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    i += 16;
  }
  if (i == length) return true;
  const same = i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
  const rest = <i32>(length - i);
  return (~same & ((1 << rest) - 1)) == 0;
}

export function hashOf(start: usize, length: usize): u32 {
  let hash: u32 = <u32>length * 0x9e3779b1;
  let at = start;
  const wordsEnd = start + (length & ~3);
  while (at < wordsEnd) {
    hash = (hash ^ load<u32>(at)) * 0x85ebca6b;
    hash ^= hash >>> 15;
    at += 4;
  }
  const rest = length & 3;
  if (rest != 0) {
    hash = (hash ^ (load<u32>(at) & ((1 << ((<u32>rest) << 3)) - 1))) * 0x85ebca6b;
    hash ^= hash >>> 15;
  }
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}

/** @returns the first record whose name has the hash, 0 where none has */
export function recordOfHash(hash: u32, slots: usize, mask: u32): u32 {
  let slot = hash & mask;
  while (true) {
    const entry = load<u64>(slots + ((<usize>slot) << 3));
    if (<u32>(entry >> 32) == hash || <u32>entry == 0) return <u32>entry;
    slot = (slot + 1) & mask;
  }
}

/** @returns the record of the name, 0 where it is not known */
export function probe(hash: u32, name: usize, length: usize): u32 {
  const slots = <usize>load<u32>(sSlots);
  const mask = load<u32>(sSlotMask);
  let slot = hash & mask;
  while (true) {
    const entry = load<u64>(slots + ((<usize>slot) << 3));
    const record = <u32>entry;
    if (record == 0) return 0;
    if (<u32>(entry >> 32) == hash) {
      const head = (<usize>record) << 4;
      if (<usize>load<u16>(head) == length && isSame(name, head + recordHeadBytes, length))
        return record;
    }
    slot = (slot + 1) & mask;
  }
}
