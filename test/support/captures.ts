/** Recorded bytes of real senders, and ways to spoil them. */
import { readFileSync } from "node:fs";
import fc from "fast-check";

export function capture(file: string): Uint8Array {
  return readFileSync(new URL(`../data/captures/${file}`, import.meta.url));
}

/** Any bytes, or one of the given with some flipped, and cut. */
export function spoiled(...sound: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...sound), flips, fc.option(fc.nat()))
        .map(([original, places, length]) => {
          const bytes = Uint8Array.from(original);
          for (const [place, mask] of places) {
            if (bytes.length > 0) bytes[place % bytes.length]! ^= mask;
          }
          return length === null ? bytes : bytes.subarray(0, length % (bytes.length + 1));
        }),
    },
  );
}
