import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { firstLines, targetOf } from "./send-snippets.ts";

test.each([
  [["udp 127.0.0.1:2003", "tcp 127.0.0.1:2003"], "tcp", { host: "127.0.0.1", port: 2003 }],
  [["tcp 0.0.0.0:12003"], "tcp", { host: "kale.example", port: 12_003 }],
  [["udp [::]:2025"], "udp", { host: "kale.example", port: 2025 }],
  [["udp 10.0.0.7:2025"], "tcp", undefined],
  [[], "tcp", undefined],
] as const)("targetOf(%j, %s)", (addresses, transport, expected) => {
  expect(targetOf(addresses, transport, "kale.example")).toEqual(expected);
});

const targets = {
  carbon: { host: "10.0.0.7", port: 12_003 },
  msgpack: { host: "10.0.0.7", port: 12_025 },
};

test("snippets name the host and port of this Kale, and leave out what does not listen", () => {
  expect(firstLines(targets)).toHaveLength(3);
  for (const { text } of firstLines(targets)) {
    expect(text).toMatch(/10\.0\.0\.7/);
    expect(text).toMatch(/120(03|25)/);
  }
  expect(firstLines({})).toEqual([]);
});

test("the Bash line writes one MessagePack point", () => {
  const line = firstLines(targets).find(({ title }) => title.startsWith("Bash"))?.text ?? "";
  const { stdout } = spawnSync("bash", ["-c", line.replace(/ > .*$/, "")]);
  expect(stdout.subarray(0, 12).toString("latin1")).toBe("\x92\xa9test.bash\x92");
  expect(stdout[12]).toBe(0xce);
  expect(stdout.readUInt32BE(13)).toBeGreaterThan(1_700_000_000);
  expect(stdout.subarray(17)).toEqual(Buffer.from([42]));
});
