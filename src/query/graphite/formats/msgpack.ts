/**
 * Series as MessagePack: an array of maps; a value is a float64 or nil.
 * Source: github.com/msgpack/msgpack, spec.md.
 */
import type { Series } from "../series.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type InfoValue, seriesInfo } from "./series-info.ts";

export function msgpackBytes(list: readonly Series[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeArrayHead(writer, list.length);
  for (const series of list) {
    const info = seriesInfo(series);
    writer.byte(0x80 | info.length);
    for (const [key, value] of info) {
      writeText(writer, key);
      writeValue(writer, value);
    }
  }
  return writer.finish();
}

function writeValue(writer: ByteWriter, value: InfoValue): void {
  switch (value.kind) {
    case "text":
      writeText(writer, value.text);
      return;
    case "integer":
      writer.byte(0xce);
      writer.uint32(value.value, false);
      return;
    case "float":
      writer.byte(0xcb);
      writer.double(value.value);
      return;
    case "values":
      writeArrayHead(writer, value.values.length);
      for (const one of value.values) {
        writer.byte(Number.isNaN(one) ? 0xc0 : 0xcb);
        if (!Number.isNaN(one)) writer.double(one);
      }
  }
}

function writeArrayHead(writer: ByteWriter, length: number): void {
  writer.byte(0xdd);
  writer.uint32(length, false);
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  writer.byte(0xdb);
  writer.uint32(bytes.length, false);
  writer.bytes(bytes);
}
