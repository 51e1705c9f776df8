/**
 * What a StreamJudge knows of a series as bytes, and back: the detector's state, the columns beside it, and
 * its habits. Little-endian, as every machine that Node runs on.
 *
 *     detector's state   seriesBytes   see detector/layout.ts
 *     columns            13            usual, irregular, zeros as Float32; stated
 *     habits             2 + n         length, JSON
 */
import { layoutVersion, loadSeries, saveSeries, seriesBytes } from "../detector/index.ts";
import type { Habit } from "./habits.ts";
import type { StreamJudge } from "./stream-judge.ts";

const columnBytes = 13;
const habitBytesMax = 1_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of another version are not read. Far above what sizes once made of it. */
export const seriesStateVersion = 2 ** 24 + layoutVersion;
export const seriesStateBytesMax = seriesBytes + columnBytes + 2 + habitBytesMax;

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
  const habits = encoder.encode(JSON.stringify(judge.habits.of(id)));
  const length = habits.length <= habitBytesMax ? habits.length : 0;
  view.setUint16(seriesBytes + columnBytes, length, true);
  out.set(habits.subarray(0, length), seriesBytes + columnBytes + 2);
  return seriesBytes + columnBytes + 2 + length;
}

/** @returns false where the bytes are not what `encodeSeriesState` writes; nothing is changed then */
export function decodeSeriesState(judge: StreamJudge, id: number, bytes: Uint8Array): boolean {
  const fixed = seriesBytes + columnBytes + 2;
  if (bytes.length < fixed) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(fixed - 2, true);
  const habits = length === 0 ? [] : readHabits(bytes.subarray(fixed));
  if (bytes.length !== fixed + length || habits === undefined) return false;
  judge.columns.grow(id + 1);
  loadSeries(judge.bank.detectorOf(id).state, judge.bank.indexOf(id), bytes);
  judge.columns.usual[id] = view.getFloat32(seriesBytes, true);
  judge.columns.irregular[id] = view.getFloat32(seriesBytes + 4, true);
  judge.columns.zeros[id] = view.getFloat32(seriesBytes + 8, true);
  judge.columns.stated[id] = bytes[seriesBytes + 12]!;
  if (habits.length > 0) judge.habits.restore(id, habits);
  return true;
}

function readHabits(bytes: Uint8Array): Habit[] | undefined {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(bytes));
    return Array.isArray(parsed) ? (parsed as Habit[]) : undefined;
  } catch {
    return undefined;
  }
}
