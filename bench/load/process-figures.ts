/** What Linux tells of a process: its CPU time, all its threads, in steps of 10 ms, and its memory. */
import { readdirSync, readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** User and system time, seconds. */
export function cpuSecondsOf(pid: number): number {
  return secondsOf(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** The same by thread; threads of one name are one. Those that have ended are not among them. */
export function cpuSecondsByThread(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    seconds.set(name, (seconds.get(name) ?? 0) + secondsOf(stat));
  }
  return seconds;
}

export function residentBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** The program's name may hold spaces; it ends with the last parenthesis. */
function secondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
