/** The doctor's look at the ports: free, ours, or held by somebody else, and by whom. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { freePort } from "../free-ports.ts";
import { portFields } from "../load-settings.ts";
import { flagOf, settingOf, type Settings } from "../settings.ts";
import type { Finding } from "./finding.ts";

export async function portFindings(
  settings: Settings,
  facts: {
    readonly isKaleRunning: boolean;
    /** Protocol → why the Kale that runs does not listen for it. */
    readonly closed: ReadonlyMap<string, string>;
    readonly asked: ReadonlySet<string>;
  },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const field of portFields) {
    const port = settings[field];
    const { key } = settingOf(field);
    if (port === 0) continue;
    const subject = `port ${port} (${key})`;
    if ((await freePort(settings.bindAddress, port)) !== undefined) {
      findings.push({ state: "ok", subject, message: "free" });
      continue;
    }
    const problem = facts.closed.get(key.replace("ports.", ""));
    if (problem !== undefined) {
      findings.push({
        state: "warn",
        subject,
        message: `not open in the Kale that runs: ${problem}`,
      });
      continue;
    }
    const holder = holderOf(port);
    const by = holder === undefined ? "another program" : holder;
    if (facts.isKaleRunning) {
      findings.push({
        state: "ok",
        subject,
        message: `held by ${holder ?? "a program"}, while Kale runs`,
      });
      continue;
    }
    findings.push({
      state: facts.asked.has(key) ? "fail" : "warn",
      subject,
      message: `taken by ${by}`,
      remedy: `end that program, or choose another port with ${flagOf(key)} N (0 is off)`,
    });
  }
  return findings;
}

/** Name and id of the process that listens on a port, as far as /proc tells us. */
function holderOf(port: number): string | undefined {
  try {
    const inodes = new Set(
      ["tcp", "tcp6", "udp", "udp6"].flatMap((table) => listenInodes(readTable(table), port)),
    );
    if (inodes.size === 0) return undefined;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (holdsOneOf(pid, inodes)) {
        return `${commandOf(readFileSync(`/proc/${pid}/cmdline`, "utf8"))} (pid ${pid})`;
      }
    }
  } catch {
    // Not Linux, or /proc is hidden from us.
  }
  return undefined;
}

/** Program and first argument, which tells one Node program from another; without control signs. */
function commandOf(commandLine: string): string {
  const [program = "", argument = ""] = commandLine.split("\0");
  const text = `${basename(program)} ${argument}`.trim().replaceAll(/\p{Cc}/gu, "?");
  return text.slice(0, 80);
}

function readTable(table: string): string {
  try {
    return readFileSync(`/proc/net/${table}`, "utf8");
  } catch {
    return "";
  }
}

/** Inodes of the sockets of /proc/net/{tcp,udp} that listen on a port: state 0A, or 07 for UDP. */
export function listenInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes: string[] = [];
  for (const line of table.split("\n").slice(1)) {
    const fields = line.trim().split(/ +/);
    const isListening = fields[3] === "0A" || fields[3] === "07";
    const inode = fields[9];
    if (isListening && fields[1]?.endsWith(`:${hex}`) === true && inode !== undefined) {
      inodes.push(inode);
    }
  }
  return inodes;
}

/** Other users' processes keep their open files to themselves; that is no error. */
function holdsOneOf(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false;
  }
}
