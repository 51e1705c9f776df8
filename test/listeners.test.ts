/** Listeners that are off by default, turned on in a real Kale. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SourcesJson } from "../src/webapp/contract.ts";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { sendDatagram, sendStream } from "./support/send.ts";

let kale: KaleProcess;
let ports: Readonly<Record<"statsd" | "opentsdb" | "collectd", number>>;

beforeAll(async () => {
  const [statsd, opentsdb, collectd] = (await freePorts(3)) as [number, number, number];
  ports = { statsd, opentsdb, collectd };
  kale = await startKaleProcess({
    args: [
      "--no-host-metrics",
      ...Object.entries(ports).flatMap(([key, port]) => [`--port-${key}`, String(port)]),
      ...["--statsd-flush", "1s", "--max-age", "300d"],
    ],
  });
});

afterAll(async () => {
  expect(await kale.end()).toBe(0);
});

async function waitForName(name: string): Promise<void> {
  await until(async () => {
    const names = await kale.get<string[]>(
      `/kale/series?query=${encodeURIComponent(name)}&limit=9`,
    );
    return names.includes(name);
  });
}

test("StatsD counts, timers and gauges become series at the next flush", async () => {
  await sendDatagram(
    ports.statsd,
    Buffer.from("shop.orders:3|c\nshop.orders:2|c\nshop.pay:120|ms\nshop.carts:17|g|#dc:a"),
  );
  await waitForName("stats.counters.shop.orders.count");
  await waitForName("stats.timers.shop.pay.mean");
  await waitForName("stats.gauges.shop.carts;dc=a");
});

test("OpenTSDB's put lines come in with their tags", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await sendStream(ports.opentsdb, `put sys.load ${seconds} 1.5 host=web1  dc=a\n`);
  await waitForName("sys.load;dc=a;host=web1");
});

test("a packet of collectd's network plugin comes in as recorded", async () => {
  await sendDatagram(ports.collectd, await readFile("test/data/captures/collectd.000.udp"));
  await until(async () => {
    const { sources } = await kale.get<SourcesJson>("/kale/sources");
    return sources.some(({ protocol, accepted }) => protocol === "collectd" && accepted === 48);
  });
});
