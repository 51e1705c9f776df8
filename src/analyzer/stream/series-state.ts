/**
 * What a StreamJudge knows of a series as bytes, and back: the detector's state, the columns beside it, its
 * habits, by which clock it learned them, and what kind of day today is. Little-endian, as every machine
 * that Node runs on.
 *
 *     detector's state   seriesBytes   see detector/layout.ts
 *     columns            13            usual, irregular, zeros as Float32; stated
 *     the rest           2 + n         length, JSON: {habits, zone?, kind?}
 */
import { layoutVersion, loadSeries, saveSeries, seriesBytes } from "../detector/index.ts";
import type { DayKind } from "./day-kind.ts";
import type { Habit } from "./habits.ts";
import type { StreamJudge } from "./stream-judge.ts";

const columnBytes = 13;
const restBytesMax = 1_200;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of another version are not read. Far above what sizes once made of it; raised with every change here too. */
export const seriesStateVersion = 2 ** 25 + layoutVersion;
export const seriesStateBytesMax = seriesBytes + columnBytes + 2 + restBytesMax;

interface Rest {
  readonly habits: readonly Habit[];
  /** UTC where it is not said. */
  readonly zone?: string;
  /** A day like every other where it is not said. */
  readonly kind?: DayKind;
}

/** @param out  `seriesStateBytesMax` long at least. @returns how many bytes were written; 0 for a series never judged */
export function encodeSeriesState(judge: StreamJudge, id: number, out: Uint8Array): number {
  if (judge.judgedMs(id) === -Infinity) return 0;
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  saveSeries(judge.bank.detectorOf(id).state, judge.bank.indexOf(id), out);
  const { columns } = judge;
  view.setFloat32(seriesBytes, columns.usual[id]!, true);
  view.setFloat32(seriesBytes + 4, columns.irregular[id]!, true);
  view.setFloat32(seriesBytes + 8, columns.zeros[id]!, true);
  out[seriesBytes + 12] = columns.stated[id]!;
  const rest = encodeRest(judge, id);
  view.setUint16(seriesBytes + columnBytes, rest.length, true);
  out.set(rest, seriesBytes + columnBytes + 2);
  return seriesBytes + columnBytes + 2 + rest.length;
}

/** @returns false where the bytes are not what `encodeSeriesState` writes; nothing is changed then */
export function decodeSeriesState(judge: StreamJudge, id: number, bytes: Uint8Array): boolean {
  const fixed = seriesBytes + columnBytes + 2;
  if (bytes.length < fixed) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(fixed - 2, true);
  const rest = readRest(bytes.subarray(fixed));
  if (bytes.length !== fixed + length || rest === undefined) return false;
  const { columns } = judge;
  columns.grow(id + 1);
  loadSeries(judge.bank.detectorOf(id).state, judge.bank.indexOf(id), bytes);
  columns.usual[id] = view.getFloat32(seriesBytes, true);
  columns.irregular[id] = view.getFloat32(seriesBytes + 4, true);
  columns.zeros[id] = view.getFloat32(seriesBytes + 8, true);
  columns.stated[id] = bytes[seriesBytes + 12]!;
  // Rules are looked up anew: they may say another zone now.
  columns.floors[id] = 0;
  judge.clocks.restore(id, rest.zone ?? "UTC");
  if (rest.habits.length > 0) judge.habits.restore(id, rest.habits);
  if (rest.kind !== undefined) judge.restoreKind(id, rest.kind);
  return true;
}

/** A zone is 64 bytes at most; were it all too much, the habits are what is left out. */
function encodeRest(judge: StreamJudge, id: number): Uint8Array {
  const zone = judge.clocks.zoneOf(id);
  const kind = judge.kindOf(id);
  const others = { ...(zone === "UTC" ? {} : { zone }), ...(kind === undefined ? {} : { kind }) };
  const all: Rest = { habits: judge.habits.of(id), ...others };
  const bytes = encoder.encode(JSON.stringify(all));
  if (bytes.length <= restBytesMax) return bytes;
  return encoder.encode(JSON.stringify({ ...all, habits: [] }));
}

/** Behind a checksum, so what is an object is ours. */
function readRest(bytes: Uint8Array): Rest | undefined {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(bytes));
    const isRest = typeof parsed === "object" && parsed !== null && "habits" in parsed;
    return isRest && Array.isArray(parsed.habits) ? (parsed as Rest) : undefined;
  } catch {
    return undefined;
  }
}
