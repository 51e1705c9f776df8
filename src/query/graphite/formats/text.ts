/**
 * Series as lines of text.
 *
 *     csv   name,2026-11-23 14:00:00,1.5     one line per value, times in the zone asked for
 *     raw   name,start,end,step|1.5,None     one line per series
 */
import { floatText } from "../number-text.ts";
import type { Series } from "../series.ts";
import { type TimeZone, wallTime } from "../../../base/time-zone.ts";

/** As Python's csv module in its Excel dialect: lines end with CR LF. */
export function* csvText(list: readonly Series[], zone: TimeZone): Generator<string> {
  for (const { name, start, step, values } of list) {
    const shown = csvField(name);
    let lines = "";
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const text = Number.isNaN(value) ? "" : floatText(value);
      lines += `${shown},${timeText(zone, start + i * step)},${text}\r\n`;
    }
    yield lines;
  }
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function timeText(zone: TimeZone, seconds: number): string {
  const { year, month, day, hour, minute, second } = wallTime(zone.toWall(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

export function* rawText(list: readonly Series[]): Generator<string> {
  for (const { name, start, end, step, values } of list) {
    let text = `${name},${start},${end},${step}|`;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      text += `${i === 0 ? "" : ","}${Number.isNaN(value) ? "None" : floatText(value)}`;
    }
    yield `${text}\n`;
  }
}
