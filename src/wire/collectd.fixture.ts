/** Writes packets of collectd's network protocol, for tests. */

export function part(type: number, content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(4 + content.length, 2);
  return Buffer.concat([head, content]);
}

export function textPart(type: number, text: string): Uint8Array {
  return part(type, Buffer.from(`${text}\0`));
}

export function numberPart(type: number, number: bigint): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeBigUInt64BE(number);
  return part(type, content);
}

export function valuesPart(...values: (readonly [kind: number, value: number])[]): Uint8Array {
  const content = Buffer.alloc(2 + 9 * values.length);
  content.writeUInt16BE(values.length);
  for (const [i, [kind, value]] of values.entries()) {
    content[2 + i] = kind;
    const at = 2 + values.length + 8 * i;
    if (kind === 1) content.writeDoubleLE(value, at);
    else if (kind === 2) content.writeBigInt64BE(BigInt(value), at);
    else content.writeBigUInt64BE(BigInt(value), at);
  }
  return part(6, content);
}

/** Host, plugin and type, at 1,700,000,000.5 s. */
export function headOf(host: string, plugin: string, type: string): Uint8Array {
  return Buffer.concat([
    textPart(0, host),
    numberPart(8, (1_700_000_000n << 30n) + (1n << 29n)),
    textPart(2, plugin),
    textPart(3, ""),
    textPart(4, type),
    textPart(5, ""),
  ]);
}
