/** The doctor's look at the machine: Node, memory, clock and data folder. */
import { randomUUID } from "node:crypto";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Settings } from "../settings.ts";
import type { Finding } from "./finding.ts";

const gib = 1 << 30;
const freeBytesFail = gib / 10;
const freeBytesWarn = 2 * gib;
const memoryBytesWarn = gib;
/** This program was written after this moment (2026-01-01), so an earlier clock is wrong. */
const earliestMs = 1_767_225_600_000;
const yearMs = 365 * 86_400_000;
/** How long the wall clock is held against the one that never jumps. */
const clockWatchMs = 300;

export async function machineFindings(settings: Settings, clock: Clock): Promise<Finding[]> {
  return [
    nodeFinding(process.versions.node),
    memoryFinding(totalmem()),
    await clockFinding(clock),
    ...(await folderFindings(settings.dataPath)),
  ];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > 22 || (major === 22 && minor >= 19);
  return {
    state: isEnough ? "ok" : "fail",
    subject: "Node",
    message: version,
    remedy: "Kale needs 22.19 or newer; npm run uses the one that npm ci installed",
  };
}

export function memoryFinding(bytes: number): Finding {
  return {
    state: bytes < memoryBytesWarn ? "warn" : "ok",
    subject: "memory",
    message: `${showBytes(bytes)} in this machine`,
    remedy: "this is enough for some thousand metrics; see docs/operating.md",
  };
}

/** Is the time plausible, and does the clock run steadily? Samples are judged by it. */
export async function clockFinding(clock: Clock): Promise<Finding> {
  const subject = "clock";
  const remedy = "set the clock, for example by NTP: samples are accepted by their age";
  const startMs = clock.nowMs();
  if (startMs < earliestMs || startMs > earliestMs + 50 * yearMs) {
    return { state: "fail", subject, message: `stands at ${showTime(startMs)}`, remedy };
  }
  const startElapsed = clock.elapsedMs();
  await new Promise((done) => setTimeout(done, clockWatchMs));
  const jumpMs = clock.nowMs() - startMs - (clock.elapsedMs() - startElapsed);
  if (Math.abs(jumpMs) > 100) {
    const message = `jumped by ${Math.round(jumpMs)} ms while it was watched`;
    return { state: "warn", subject, message, remedy };
  }
  return { state: "ok", subject, message: showTime(startMs) };
}

export async function folderFindings(dataPath: string): Promise<Finding[]> {
  const path = resolve(dataPath);
  const subject = `data folder ${path}`;
  const existing = nearestExisting(path);
  if (!statSync(existing).isDirectory()) {
    const remedy = "name another folder with --data";
    return [{ state: "fail", subject, message: `${existing} is not a folder`, remedy }];
  }
  const probe = join(existing, `.kale-doctor-${randomUUID()}`);
  try {
    writeFileSync(probe, "probe");
    rmSync(probe);
  } catch (error) {
    const message = `cannot be written: ${String(error)}`;
    const remedy = "give the user that runs Kale the right to write, or name another with --data";
    return [{ state: "fail", subject, message, remedy }];
  }
  const state = existing === path ? "can be written" : "will be made at the start";
  return [{ state: "ok", subject, message: state }, spaceFinding(await freeBytesOf(existing))];
}

export function spaceFinding(freeBytes: number): Finding {
  return {
    state: freeBytes < freeBytesFail ? "fail" : freeBytes < freeBytesWarn ? "warn" : "ok",
    subject: "disk",
    message: `${showBytes(freeBytes)} free`,
    remedy:
      "make room, move the folder with --data, or shorten retention; a day of 1,500 metrics takes some 30 MB",
  };
}

async function freeBytesOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function nearestExisting(path: string): string {
  let candidate = path;
  while (!existsSync(candidate) && dirname(candidate) !== candidate) candidate = dirname(candidate);
  return candidate;
}

export function showBytes(bytes: number): string {
  if (bytes >= gib) return `${(bytes / gib).toFixed(1)} GiB`;
  return `${Math.round(bytes / (1 << 20))} MiB`;
}

function showTime(timeMs: number): string {
  const form = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "medium",
    timeZone: "UTC",
  });
  return `${form.format(timeMs)} UTC`;
}
