/**
 * The slot of a key in a Redis Cluster: CRC16 of the key, or of the part of it in the first pair of
 * braces where that is not empty, in 16,384 slots.
 *
 * Source: Redis Cluster specification, "Key distribution model" and "Hash tags"; the CRC is
 * CRC-16/XMODEM, polynomial 0x1021, no reflection, start 0.
 */

export const slotCount = 16_384;

export function slotOfKey(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  const bytes = Buffer.from(hashed);
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc % slotCount;
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  }
  return crc & 0xffff;
});
