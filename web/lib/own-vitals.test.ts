import { expect, test } from "vitest";
import { pickVitals } from "./own-vitals.ts";

const linux = [
  "host.box.cpu.user_percent",
  "host.box.disk.loop0.written_bytes_per_second",
  "host.box.disk.sda.written_bytes_per_second",
  "host.box.filesystem.root.used_percent",
  "host.box.load.1m",
  "host.box.load.5m",
  "host.box.memory.used_bytes",
  "host.box.memory.used_percent",
  "host.box.network.eth0.received_bytes_per_second",
  "host.box.network.lo.received_bytes_per_second",
  "host.box.kale.cpu_percent",
];

test("pickVitals() picks one of each kind, and real devices before loops", () => {
  expect(pickVitals(linux, 6).map(({ name }) => name.replace("host.box.", ""))).toEqual([
    "cpu.user_percent",
    "load.1m",
    "memory.used_percent",
    "network.eth0.received_bytes_per_second",
    "disk.sda.written_bytes_per_second",
    "filesystem.root.used_percent",
  ]);
});

test("pickVitals() fills up with Kale's own where the machine tells less, and knows the unit", () => {
  const picked = pickVitals(["host.mac.memory.used_bytes", "host.mac.kale.cpu_percent"], 6);
  expect(picked.map(({ label, unit }) => [label, unit])).toEqual([
    ["Memory used", "bytes"],
    ["Kale’s own CPU", "percent"],
  ]);
  expect(pickVitals(["web.load"], 6)).toEqual([]);
});
