import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import type { SampleBatch } from "../model/index.ts";
import { HostVitals, metricWord, type HostVitalsOptions } from "./host-vitals.ts";

const startMs = 1_790_000_000_000;

function host(
  files: Record<string, string>,
  more: Partial<HostVitalsOptions> = {},
): {
  readonly vitals: HostVitals;
  readonly clock: ManualClock;
  readonly rows: Map<string, number>;
} {
  const clock = new ManualClock(startMs);
  const rows = new Map<string, number>();
  const vitals = new HostVitals({
    sink: {
      write: (batch) => {
        readInto(rows, batch);
        return Promise.resolve();
      },
    },
    clock,
    logger: silentLogger,
    hostName: "web 1.example",
    platform: "linux",
    readText: (path) =>
      path in files ? Promise.resolve(files[path] ?? "") : Promise.reject(new Error(`no ${path}`)),
    ...more,
  });
  return { vitals, clock, rows };
}

function readInto(rows: Map<string, number>, batch: SampleBatch): void {
  rows.clear();
  for (let row = 0; row < batch.count; row++) {
    const start = row === 0 ? 0 : batch.nameEnds[row - 1]!;
    const name = new TextDecoder().decode(batch.names.subarray(start, batch.nameEnds[row]));
    rows.set(name, batch.values[row]!);
    expect(batch.timesMs[row]! >= startMs).toBe(true);
  }
}

test("HostVitals.record() gives gauges at once and rates from the second round on", async () => {
  const files: Record<string, string> = {
    "/proc/loadavg": "0.5 0.25 0.1 1/10 99\n",
    "/proc/stat": "cpu  100 0 100 800 0 0 0 0\nctxt 1000\n",
    "/proc/net/dev": " eth0: 1000 1 0 0 0 0 0 0 5000 2 0 0 0 0 0 0\n",
  };
  const { vitals, clock, rows } = host(files);
  await vitals.record();
  expect(rows.get("host.web_1_example.load.1m")).toBe(0.5);
  expect([...rows.keys()].filter((name) => /percent|second/.test(name))).toEqual([]);

  clock.advance(5000);
  files["/proc/stat"] = "cpu  150 0 100 850 0 0 0 0\nctxt 2000\n";
  files["/proc/net/dev"] = " eth0: 6000 1 0 0 0 0 0 0 4000 2 0 0 0 0 0 0\n";
  await vitals.record();
  expect(rows.get("host.web_1_example.cpu.user_percent")).toBe(50);
  expect(rows.get("host.web_1_example.cpu.idle_percent")).toBe(50);
  expect(rows.get("host.web_1_example.kernel.context_switches_per_second")).toBe(200);
  expect(rows.get("host.web_1_example.network.eth0.received_bytes_per_second")).toBe(1000);
  expect(rows.has("host.web_1_example.network.eth0.sent_bytes_per_second")).toBe(false);
  expect(rows.get("host.web_1_example.kale.resident_bytes")).toBeGreaterThan(1e6);
});

test("HostVitals goes on without a text that cannot be read, and tells so once", async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const { vitals, rows } = host({ "/proc/loadavg": "1 2 3 1/1 1" }, { logger });
  await vitals.record();
  const count = warnings.length;
  expect(warnings).toContain("no vital signs of cpu");
  await vitals.record();
  expect(warnings.length).toBe(count);
  expect(rows.get("host.web_1_example.load.15m")).toBe(3);
});

test("HostVitals counts no TCP states where there are too many sockets to list", async () => {
  const { vitals, rows } = host({
    "/proc/net/sockstat": "TCP: inuse 90000 orphan 0 tw 10 alloc 5 mem 3\n",
    "/proc/net/tcp": "must not be read",
  });
  await vitals.record();
  expect(rows.get("host.web_1_example.tcp.sockets")).toBe(90_010);
  expect(rows.has("host.web_1_example.tcp.listen")).toBe(false);
});

test.each(["linux", "darwin"])(
  "HostVitals on this very machine, read as on %s, finds load, memory and disk",
  async (platform) => {
    const clock = new ManualClock(startMs);
    const names: string[] = [];
    const vitals = new HostVitals({
      sink: { write: () => Promise.resolve() },
      clock,
      logger: silentLogger,
      platform,
    });
    for (const { name, value } of await vitals.read()) {
      names.push(name);
      expect(Number.isFinite(value), name).toBe(true);
    }
    expect(names).toEqual(
      expect.arrayContaining(["load.1m", "memory.used_bytes", "filesystem.root.used_percent"]),
    );
  },
);

test("HostVitals.start() records at once, stop() waits for the round under way", async () => {
  const { vitals, rows } = host({ "/proc/loadavg": "1 2 3 1/1 1" });
  vitals.start();
  await vitals.stop();
  expect(rows.get("host.web_1_example.load.1m")).toBe(1);
});

test.each([
  ["fe1.dc.example.com", "fe1_dc_example_com"],
  ["/var/lib", "var_lib"],
  ["<b>", "b"],
  ["", "unnamed"],
  ["é", "unnamed"],
])("metricWord(%j) is %s", (text, expected) => {
  expect(metricWord(text)).toBe(expected);
});
