/**
 * Texts of Linux' /proc: text in, numbers out. Pure; reading them is in host-vitals.ts.
 *
 * Source: proc(5), and Documentation/admin-guide/iostats.rst of the kernel. A line that is not as
 * documented is left out, so that a new kernel's extra columns or lines do no harm.
 */

/** What is counted upwards since boot stays a counter here; host-vitals-rates.ts makes rates. */
export interface CpuTimes {
  readonly user: number;
  readonly nice: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly irq: number;
  readonly softirq: number;
  readonly steal: number;
}

export interface KernelStat {
  readonly cpu: CpuTimes | undefined;
  readonly contextSwitches: number | undefined;
  readonly runningProcesses: number | undefined;
  readonly blockedProcesses: number | undefined;
}

/** /proc/stat. Times are in ticks, summed over all processors. */
export function parseStat(text: string): KernelStat {
  const fields = new Map(text.split("\n").map((line) => splitAtFirstBlank(line)));
  const single = (name: string): number | undefined => numbersOf(fields.get(name) ?? "")?.[0];
  const times = numbersOf(fields.get("cpu") ?? "");
  return {
    cpu: times === undefined || times.length < 4 ? undefined : cpuTimesOf(times),
    contextSwitches: single("ctxt"),
    runningProcesses: single("procs_running"),
    blockedProcesses: single("procs_blocked"),
  };
}

function cpuTimesOf(times: readonly number[]): CpuTimes {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    times;
  return { user, nice, system, idle, iowait, irq, softirq, steal };
}

/** /proc/loadavg: "0.52 0.58 0.59 1/389 12345" */
export function parseLoad(
  text: string,
): readonly [one: number, five: number, fifteen: number] | undefined {
  const [one, five, fifteen] = text.split(" ").slice(0, 3).map(Number);
  if (one === undefined || five === undefined || fifteen === undefined) return undefined;
  return [one, five, fifteen].every(Number.isFinite) ? [one, five, fifteen] : undefined;
}

/** /proc/meminfo: name → bytes. */
export function parseMemory(text: string): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const [, name = "", amount = ""] of text.matchAll(/^(\w+(?:\(\w+\))?): +(\d+) kB$/gm)) {
    bytes.set(name, Number(amount) * 1024);
  }
  return bytes;
}

export interface DiskCounters {
  readonly device: string;
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  /** Milliseconds during which at least one request was in flight. */
  readonly busyMs: number;
}

/** A sector in diskstats has this many bytes, whatever the disk's own is. */
const sectorBytes = 512;

/** Whole disks and software RAID; partitions, loops and memory disks would count twice or say nothing. */
const wholeDisk = /^([shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+)$/;

/** /proc/diskstats */
export function parseDiskStats(text: string): DiskCounters[] {
  const disks: DiskCounters[] = [];
  for (const line of text.split("\n")) {
    const [, , device = "", ...rest] = line.trim().split(/ +/);
    const counts = rest.map(Number);
    if (!wholeDisk.test(device) || counts.length < 11 || !counts.every(Number.isFinite)) continue;
    disks.push({
      device,
      reads: counts[0] ?? 0,
      readBytes: (counts[2] ?? 0) * sectorBytes,
      writes: counts[4] ?? 0,
      writtenBytes: (counts[6] ?? 0) * sectorBytes,
      busyMs: counts[9] ?? 0,
    });
  }
  return disks;
}

export interface InterfaceCounters {
  readonly name: string;
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDrops: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sendErrors: number;
  readonly sendDrops: number;
}

/** Ends of containers' and machines' wires: they come and go, and their traffic shows elsewhere. */
const virtualInterface =
  /^(lo|veth|docker|br-|virbr|vnet|cali|flannel|cni|tap|tun|dummy|ifb|kube-)/;

/** /proc/net/dev */
export function parseNetDev(text: string): InterfaceCounters[] {
  const interfaces: InterfaceCounters[] = [];
  for (const line of text.split("\n")) {
    const [name = "", rest] = line.split(":", 2);
    const counts = rest === undefined ? undefined : numbersOf(rest);
    if (counts === undefined || counts.length < 16 || virtualInterface.test(name.trim())) continue;
    interfaces.push({
      name: name.trim(),
      receivedBytes: counts[0] ?? 0,
      receivedPackets: counts[1] ?? 0,
      receiveErrors: counts[2] ?? 0,
      receiveDrops: counts[3] ?? 0,
      sentBytes: counts[8] ?? 0,
      sentPackets: counts[9] ?? 0,
      sendErrors: counts[10] ?? 0,
      sendDrops: counts[11] ?? 0,
    });
  }
  return interfaces;
}

/** How many TCP sockets /proc/net/sockstat counts, so that a long /proc/net/tcp need not be read. */
export function parseTcpSocketCount(text: string): number | undefined {
  const found = /^TCP: inuse (\d+) orphan \d+ tw (\d+)/m.exec(text);
  return found === null ? undefined : Number(found[1]) + Number(found[2]);
}

/** The kernel's numbers for the states, include/net/tcp_states.h; at their index in hexadecimal. */
export const tcpStates = [
  "established",
  "syn_sent",
  "syn_received",
  "fin_wait1",
  "fin_wait2",
  "time_wait",
  "close",
  "close_wait",
  "last_ack",
  "listen",
  "closing",
] as const;

/** /proc/net/tcp and tcp6, adds to `counts`, which has a place for each of `tcpStates`. */
export function countTcpStates(text: string, counts: number[]): void {
  for (const [, hex = ""] of text.matchAll(
    /^ *\d+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /gm,
  )) {
    const state = Number.parseInt(hex, 16) - 1;
    if (state >= 0 && state < tcpStates.length) counts[state] = (counts[state] ?? 0) + 1;
  }
}

export interface Mount {
  readonly device: string;
  readonly path: string;
}

/** File systems on a disk of this machine. Asking a network's one for its space may hang for good. */
const localTypes = new Set(
  "ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs vfat exfat ntfs3 overlay".split(" "),
);

/** /proc/mounts: local disks only, each device once, at the shortest of its paths. */
export function parseMounts(text: string): Mount[] {
  const shortest = new Map<string, Mount>();
  for (const line of text.split("\n")) {
    const [device = "", path = "", type = ""] = line.split(" ").map(unescapeOctal);
    // Layers of containers lie on a disk that is listed anyway; as root they are all there is.
    if (!localTypes.has(type) || (type === "overlay" && path !== "/")) continue;
    const known = shortest.get(device);
    if (known === undefined || path.length < known.path.length)
      shortest.set(device, { device, path });
  }
  return [...shortest.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Blanks in paths are written as \040. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (...[, digits]: [string, string]) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function splitAtFirstBlank(line: string): [head: string, rest: string] {
  const cut = line.indexOf(" ");
  return cut < 0 ? [line, ""] : [line.slice(0, cut), line.slice(cut + 1)];
}

/** Numbers between blanks; undefined where one of them is none. */
function numbersOf(text: string): number[] | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const numbers = trimmed.split(/ +/).map(Number);
  return numbers.every(Number.isFinite) ? numbers : undefined;
}
