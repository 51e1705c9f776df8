/**
 * This machine's own vital signs, so that the page is alive within seconds of the first start.
 *
 * Every 5 s: load, processor, memory, swap, disks, network, TCP states and this process itself, as
 * `host.NAME.cpu.user_percent` and so on. On Linux from /proc; elsewhere what node:os knows.
 */
import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, hostname, loadavg, platform, totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { batchOf, type SampleSink, type SourceStats } from "../model/index.ts";
import {
  countTcpStates,
  parseDiskStats,
  parseLoad,
  parseMemory,
  parseMounts,
  parseNetDev,
  parseStat,
  parseTcpSocketCount,
  tcpStates,
  type Mount,
} from "./host-vitals-proc.ts";
import { CounterRates, percentShares } from "./host-vitals-rates.ts";
import { MinuteRate } from "./minute-rate.ts";

export const vitalsIntervalMs = 5000;

/** Disks, mounts and interfaces beyond this many of each are left out; a machine has few. */
const deviceCountMax = 64;
/** With more TCP sockets than this their states are not counted: listing them is slow then. */
const tcpSocketCountMax = 20_000;

export interface HostVitalsOptions {
  readonly sink: SampleSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Part of every name; by default this machine's. */
  readonly hostName?: string;
  /** Gives a file's text; by default from the disk. An argument for tests. */
  readonly readText?: (path: string) => Promise<string>;
  /** "linux" reads /proc. By default this machine's. */
  readonly platform?: string;
}

export class HostVitals {
  readonly #options: HostVitalsOptions;
  readonly #readText: (path: string) => Promise<string>;
  readonly #prefix: string;
  readonly #isLinux: boolean;
  readonly #rates = new CounterRates();
  readonly #failedGroups = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #loopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #lastCpu = process.cpuUsage();
  #lastCpuAtMs: number;
  #writing: Promise<void> | undefined;
  readonly #rate: MinuteRate;
  #acceptedCount = 0;
  #lastSampleMs: number | null = null;

  constructor(options: HostVitalsOptions) {
    this.#options = options;
    this.#readText = options.readText ?? ((path) => readFile(path, "utf8"));
    this.#prefix = `host.${metricWord(options.hostName ?? hostname())}`;
    this.#isLinux = (options.platform ?? platform()) === "linux";
    this.#lastCpuAtMs = options.clock.elapsedMs();
    this.#rate = new MinuteRate(options.clock.elapsedMs());
  }

  /** As a port tells of what came in. */
  stats(): SourceStats {
    return {
      ...{ protocol: "host", addresses: [], clientCount: 0, droppedCount: 0 },
      ...{ pausedClientCount: 0, refusals: [] },
      acceptedCount: this.#acceptedCount,
      ratePerSecond: this.#rate.perSecond(this.#options.clock.elapsedMs()),
      lastSampleMs: this.#lastSampleMs,
    };
  }

  /** Records at once and then every 5 s; a round that the sink holds up is left out. */
  start(): void {
    this.#loopDelay = monitorEventLoopDelay({ resolution: 20 });
    this.#loopDelay.enable();
    const round = (): void => {
      this.#writing ??= this.record()
        .catch((error: unknown) => {
          this.#options.logger.warn("vital signs were not recorded", { cause: String(error) });
        })
        .finally(() => (this.#writing = undefined));
    };
    round();
    this.#timer = setInterval(round, vitalsIntervalMs);
    this.#timer.unref();
  }

  /** Resolves when no round is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#loopDelay?.disable();
    await this.#writing;
  }

  /** One round: reads everything and writes it as one batch. Rates are there from the second on. */
  async record(): Promise<void> {
    const timeMs = Math.round(this.#options.clock.nowMs());
    const rows = await this.read();
    await this.#options.sink.write(
      batchOf(rows.map(({ name, value }) => [`${this.#prefix}.${name}`, timeMs, value] as const)),
    );
    this.#acceptedCount += rows.length;
    this.#lastSampleMs = timeMs;
    this.#rate.add(rows.length, this.#options.clock.elapsedMs());
  }

  /** The vital signs now, names without the host's part; what cannot be read is left out. */
  async read(): Promise<VitalSign[]> {
    const atMs = this.#options.clock.elapsedMs();
    const groups: readonly (readonly [string, (gauges: Gauges) => Promise<void> | void])[] = this
      .#isLinux
      ? [
          ["load", (gauges) => this.#readLoad(gauges)],
          ["cpu", (gauges) => this.#readCpu(gauges)],
          ["memory", (gauges) => this.#readMemory(gauges)],
          ["disk", (gauges) => this.#readDisks(gauges)],
          ["filesystem", (gauges) => this.#readFileSystems(gauges)],
          ["network", (gauges) => this.#readNetwork(gauges)],
          ["tcp", (gauges) => this.#readTcp(gauges)],
          ["process", (gauges) => this.#readProcess(gauges, atMs)],
        ]
      : [
          ["host", readAnywhere],
          ["filesystem", (gauges) => readSpace(gauges, [{ device: "/", path: "/" }])],
          ["process", (gauges) => this.#readProcess(gauges, atMs)],
        ];
    const gauges = new Gauges(this.#rates, atMs);
    for (const [group, readGroup] of groups) {
      try {
        await readGroup(gauges);
      } catch (error) {
        if (this.#failedGroups.has(group)) continue;
        this.#failedGroups.add(group); // told once, not every 5 s
        this.#options.logger.warn(`no vital signs of ${group}`, { cause: String(error) });
      }
    }
    this.#rates.endRound();
    return gauges.signs;
  }

  async #readLoad(gauges: Gauges): Promise<void> {
    addLoad(gauges, parseLoad(await this.#readText("/proc/loadavg")));
  }

  async #readCpu(gauges: Gauges): Promise<void> {
    const stat = parseStat(await this.#readText("/proc/stat"));
    if (stat.cpu !== undefined) gauges.addShares("cpu", Object.entries(stat.cpu));
    gauges.addRate("kernel.context_switches_per_second", stat.contextSwitches);
    gauges.add("kernel.running_processes", stat.runningProcesses);
    gauges.add("kernel.blocked_processes", stat.blockedProcesses);
  }

  async #readMemory(gauges: Gauges): Promise<void> {
    const bytes = parseMemory(await this.#readText("/proc/meminfo"));
    const total = bytes.get("MemTotal");
    const available = bytes.get("MemAvailable");
    gauges.add("memory.available_bytes", available);
    gauges.add("memory.cached_bytes", bytes.get("Cached"));
    gauges.add("memory.dirty_bytes", bytes.get("Dirty"));
    if (total !== undefined && available !== undefined) addMemory(gauges, total, available);
    const swapTotal = bytes.get("SwapTotal") ?? 0;
    if (swapTotal > 0) gauges.add("swap.used_bytes", swapTotal - (bytes.get("SwapFree") ?? 0));
  }

  async #readDisks(gauges: Gauges): Promise<void> {
    const disks = parseDiskStats(await this.#readText("/proc/diskstats"));
    for (const disk of disks.slice(0, deviceCountMax)) {
      const name = `disk.${metricWord(disk.device)}`;
      gauges.addRate(`${name}.reads_per_second`, disk.reads);
      gauges.addRate(`${name}.read_bytes_per_second`, disk.readBytes);
      gauges.addRate(`${name}.writes_per_second`, disk.writes);
      gauges.addRate(`${name}.written_bytes_per_second`, disk.writtenBytes);
      gauges.addRate(`${name}.busy_percent`, disk.busyMs, 0.1); // ms per second → percent
    }
  }

  async #readFileSystems(gauges: Gauges): Promise<void> {
    await readSpace(gauges, parseMounts(await this.#readText("/proc/mounts")));
  }

  async #readNetwork(gauges: Gauges): Promise<void> {
    const interfaces = parseNetDev(await this.#readText("/proc/net/dev"));
    for (const counters of interfaces.slice(0, deviceCountMax)) {
      const name = `network.${metricWord(counters.name)}`;
      gauges.addRate(`${name}.received_bytes_per_second`, counters.receivedBytes);
      gauges.addRate(`${name}.received_packets_per_second`, counters.receivedPackets);
      gauges.addRate(`${name}.receive_errors_per_second`, counters.receiveErrors);
      gauges.addRate(`${name}.receive_drops_per_second`, counters.receiveDrops);
      gauges.addRate(`${name}.sent_bytes_per_second`, counters.sentBytes);
      gauges.addRate(`${name}.sent_packets_per_second`, counters.sentPackets);
      gauges.addRate(`${name}.send_errors_per_second`, counters.sendErrors);
      gauges.addRate(`${name}.send_drops_per_second`, counters.sendDrops);
    }
  }

  async #readTcp(gauges: Gauges): Promise<void> {
    const socketCount = parseTcpSocketCount(await this.#readText("/proc/net/sockstat"));
    gauges.add("tcp.sockets", socketCount);
    if (socketCount === undefined || socketCount > tcpSocketCountMax) return;
    const counts = tcpStates.map(() => 0);
    for (const path of ["/proc/net/tcp", "/proc/net/tcp6"]) {
      // A kernel without IPv6 has no tcp6.
      countTcpStates(await this.#readText(path).catch(() => ""), counts);
    }
    for (const [i, state] of tcpStates.entries()) gauges.add(`tcp.${state}`, counts[i]);
  }

  #readProcess(gauges: Gauges, atMs: number): void {
    const used = process.cpuUsage(this.#lastCpu);
    const spentMs = atMs - this.#lastCpuAtMs;
    if (spentMs > 0) {
      // Microseconds per millisecond are a tenth of a percent.
      gauges.add("kale.cpu_percent", (used.user + used.system) / spentMs / 10);
      this.#lastCpu = process.cpuUsage();
      this.#lastCpuAtMs = atMs;
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    gauges.add("kale.resident_bytes", rss);
    gauges.add("kale.heap_bytes", heapUsed);
    gauges.add("kale.external_bytes", external);
    if (this.#loopDelay !== undefined && this.#loopDelay.count > 0) {
      gauges.add("kale.event_loop_delay_p99_ms", this.#loopDelay.percentile(99) / 1e6);
      this.#loopDelay.reset();
    }
  }
}

export interface VitalSign {
  readonly name: string;
  readonly value: number;
}

/** One part of a dotted name: letters, digits, '_' and '-'; never empty. */
export function metricWord(text: string): string {
  const word = text
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replace(/^_+/, "")
    .replace(/_+$/, "")
    .slice(0, 64);
  return word === "" ? "unnamed" : word;
}

/** Gathers one round's signs. */
class Gauges {
  readonly signs: VitalSign[] = [];
  readonly #rates: CounterRates;
  readonly #atMs: number;

  constructor(rates: CounterRates, atMs: number) {
    this.#rates = rates;
    this.#atMs = atMs;
  }

  add(name: string, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value)) this.signs.push({ name, value });
  }

  addRate(name: string, counter: number | undefined, factor = 1): void {
    if (counter === undefined) return;
    const rate = this.#rates.rate(name, counter, this.#atMs);
    if (rate !== undefined) this.add(name, rate * factor);
  }

  /** Counters that are parts of one whole, such as the processor's time. */
  addShares(name: string, counters: readonly (readonly [part: string, counter: number])[]): void {
    const rates = counters.map(([part, value]) =>
      this.#rates.rate(`${name}.${part}`, value, this.#atMs),
    );
    const shares = percentShares(rates);
    for (const [i, [part]] of counters.entries()) this.add(`${name}.${part}_percent`, shares?.[i]);
  }
}

function addLoad(gauges: Gauges, load: readonly number[] | undefined): void {
  gauges.add("load.1m", load?.[0]);
  gauges.add("load.5m", load?.[1]);
  gauges.add("load.15m", load?.[2]);
}

function addMemory(gauges: Gauges, totalBytes: number, availableBytes: number): void {
  gauges.add("memory.used_bytes", totalBytes - availableBytes);
  gauges.add("memory.used_percent", ((totalBytes - availableBytes) * 100) / totalBytes);
}

async function readSpace(gauges: Gauges, mounts: readonly Mount[]): Promise<void> {
  for (const { path } of mounts.slice(0, deviceCountMax)) {
    const space = await statfs(path).catch(() => undefined); // it may be unmounted just now
    if (space === undefined || space.blocks === 0) continue;
    const name = `filesystem.${path === "/" ? "root" : metricWord(path)}`;
    const usedBlocks = space.blocks - space.bfree;
    gauges.add(`${name}.used_bytes`, usedBlocks * space.bsize);
    gauges.add(`${name}.available_bytes`, space.bavail * space.bsize);
    gauges.add(`${name}.used_percent`, (usedBlocks * 100) / (usedBlocks + space.bavail));
    if (space.files > 0) {
      const usedFiles = space.files - space.ffree;
      gauges.add(`${name}.used_inodes_percent`, (usedFiles * 100) / space.files);
    }
  }
}

/** What node:os knows on every system. */
function readAnywhere(gauges: Gauges): void {
  addLoad(gauges, platform() === "win32" ? undefined : loadavg()); // always zeros there
  const total = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };
  for (const { times } of cpus()) {
    for (const part of ["user", "nice", "sys", "idle", "irq"] as const) total[part] += times[part];
  }
  const { sys, ...others } = total;
  gauges.addShares("cpu", Object.entries({ ...others, system: sys }));
  addMemory(gauges, totalmem(), freemem());
}
