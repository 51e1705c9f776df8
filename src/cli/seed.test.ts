import { afterAll, beforeAll, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { testIo } from "./command.fixture.ts";
import { sampleSeries, seedCommand } from "./seed.ts";
import { startSmallKale, type SmallKale } from "./small-kale.fixture.ts";

let kale: SmallKale;
beforeAll(async () => (kale = await startSmallKale()));
afterAll(async () => await kale.stop());

function portArgs(ports: SmallKale["ports"]): string[] {
  return ["msgpack", "pickle", "webapp"].flatMap((key) => [
    `--port-${key}`,
    String(ports[key as keyof typeof ports]),
  ]);
}

test("kale seed sends both series and finds every sample again", async () => {
  const { io, out } = testIo();
  expect(await seedCommand.run(portArgs(kale.ports), io)).toBe(0);
  expect(out()).toMatch(/^ok {4}UDP MessagePack, port \d+: 900 samples of horizon.test.udp\n/);
  expect(out()).toMatch(/\nok {4}TCP pickle, port \d+: 900 samples of horizon.test.pickle\n$/);
  expect(kale.samples.get("horizon.test.udp")?.length).toBe(900);
});

test("kale seed says which way failed, and ends with 1", async () => {
  const { io, out } = testIo();
  const args = portArgs({ ...kale.ports, pickle: 1 });
  expect(await seedCommand.run(args, io)).toBe(1);
  expect(out()).toMatch(/^ok .*\nFAIL {2}TCP pickle, port 1: could not be sent: .*ECONNREFUSED/);
});

test("kale seed does not take old values for its own", async () => {
  const clock = new ManualClock(1_000_000_000_000); // long past the maximum age: all is refused
  const { io, out } = testIo({ clock });
  const args = portArgs({ ...kale.ports, webapp: 1 });
  expect(await seedCommand.run(args, io)).toBe(1);
  expect(out()).toMatch(/FAIL .*http:\/\/127.0.0.1:1 does not answer: .*\nFAIL /);
});

test("sampleSeries() ends now, stays below the maximum age, and looks like a day", () => {
  const endMs = 1_790_000_000_000;
  const samples = sampleSeries("a", endMs);
  expect(samples.at(-1)?.timeMs).toBe(endMs);
  expect(endMs - samples[0]!.timeMs).toBeLessThan(1_000_000);
  const values = samples.map(({ value }) => value);
  expect(Math.min(...values)).toBeGreaterThan(3000);
  expect(Math.max(...values)).toBeGreaterThan(2 * Math.min(...values));
});
