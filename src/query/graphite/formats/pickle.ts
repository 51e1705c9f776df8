/**
 * Series as a pickle of Python's, protocol 2: a list of dictionaries; a value is a float or None.
 * Source: Python's Lib/pickletools.py. No instruction is used that builds an object or calls something.
 */
import type { Series } from "../series.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type InfoValue, seriesInfo } from "./series-info.ts";

const code = {
  protocol: 0x80,
  emptyList: 0x5d,
  emptyDict: 0x7d,
  mark: 0x28,
  appends: 0x65,
  setItems: 0x75,
  text: 0x58,
  integer: 0x4a,
  float: 0x47,
  none: 0x4e,
  stop: 0x2e,
} as const;

export function pickleBytes(list: readonly Series[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.byte(code.protocol);
  writer.byte(2);
  writer.byte(code.emptyList);
  writer.byte(code.mark);
  for (const series of list) {
    writer.byte(code.emptyDict);
    writer.byte(code.mark);
    for (const [key, value] of seriesInfo(series)) {
      writeText(writer, key);
      writeValue(writer, value);
    }
    writer.byte(code.setItems);
  }
  writer.byte(code.appends);
  writer.byte(code.stop);
  return writer.finish();
}

function writeValue(writer: ByteWriter, value: InfoValue): void {
  switch (value.kind) {
    case "text":
      writeText(writer, value.text);
      return;
    case "integer":
      if (value.value < 0x8000_0000) {
        writer.byte(code.integer);
        writer.uint32(value.value, true);
      } else writeFloat(writer, value.value);
      return;
    case "float":
      writeFloat(writer, value.value);
      return;
    case "values":
      writer.byte(code.emptyList);
      writer.byte(code.mark);
      for (const one of value.values) {
        if (Number.isNaN(one)) writer.byte(code.none);
        else writeFloat(writer, one);
      }
      writer.byte(code.appends);
  }
}

function writeFloat(writer: ByteWriter, value: number): void {
  writer.byte(code.float);
  writer.double(value);
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  writer.byte(code.text);
  writer.uint32(bytes.length, true);
  writer.bytes(bytes);
}
