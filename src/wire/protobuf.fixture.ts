/** Writes protobuf messages for tests, slowly and obviously. */

export function varint(number: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, number); ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
    if (rest === 0n) return Uint8Array.from(bytes);
  }
}

export function integerField(field: number, value: bigint | number): Uint8Array {
  return Buffer.concat([varint(BigInt(field * 8)), varint(BigInt(value))]);
}

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(BigInt(field * 8 + 1)), bytes]);
}

export function fixed64Field(field: number, value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([varint(BigInt(field * 8 + 1)), bytes]);
}

export function bytesField(field: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}
