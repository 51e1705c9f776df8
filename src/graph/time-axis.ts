/** Moments to mark on the axis of time, as a clock on a wall in the zone shows them. */
import { type TimeZone, wallTime } from "../base/time-zone.ts";

export interface TimeTick {
  /** Unix seconds. */
  readonly seconds: number;
  readonly label: string;
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const steps = [
  1,
  2,
  5,
  10,
  15,
  30,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
  182 * day,
  364 * day,
];

/** @param countMax  how many labels have room */
export function timeTicks(
  range: { readonly fromSeconds: number; readonly untilSeconds: number },
  countMax: number,
  zone: TimeZone,
): TimeTick[] {
  const { fromSeconds, untilSeconds } = range;
  const length = Math.max(1, untilSeconds - fromSeconds);
  const step =
    steps.find((one) => length / one <= countMax) ?? Math.ceil(length / countMax / day) * day;
  const firstWall = Math.ceil(zone.toWall(fromSeconds) / step) * step;
  const ticks: TimeTick[] = [];
  for (let wall = firstWall; ticks.length < 100; wall += step) {
    const seconds = zone.fromWall(wall);
    if (seconds > untilSeconds) break;
    if (seconds >= fromSeconds) ticks.push({ seconds, label: labelOf(wall, step, length) });
  }
  return ticks;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function labelOf(wall: number, step: number, length: number): string {
  const time = wallTime(wall);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${months[time.month - 1] ?? ""} ${time.day}`;
  if (step >= day) return date;
  if (step < minute) return `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  const clock = `${two(time.hour)}:${two(time.minute)}`;
  if (length <= day) return clock;
  const weekday = weekdays[(((Math.floor(wall / day) + 4) % 7) + 7) % 7] ?? "";
  return `${weekday} ${clock}`;
}
