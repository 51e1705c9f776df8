import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import type { SeriesReader } from "../model/index.ts";
import { Canary, canaryName } from "./canary.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

test("Canary looks soon and then less often, so that its round trip is not how seldom it looks", async () => {
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => server.close());
  const clock = new ManualClock(1_764_000_000_000);
  const pausesMs = vi.spyOn(globalThis, "setTimeout");
  undo.push(() => pausesMs.mockRestore());
  const looks: number[] = [];
  const read: SeriesReader["read"] = (name) => {
    expect(name).toBe(canaryName);
    clock.advance(1);
    const values = looks.length < 3 ? [] : [1_764_000_000_000];
    looks.push(clock.nowMs());
    const timesMs = Float64Array.from(values);
    return Promise.resolve({ timesMs, values: Float64Array.from(values) });
  };
  const { port } = server.address() as AddressInfo;
  const series = { read } as SeriesReader;
  const canary = new Canary(series, clock, silentLogger, { host: "127.0.0.1", port });
  canary.start();
  undo.push(() => canary.stop());
  await vi.waitFor(() => expect(canary.report.state).toBe("ok"), { timeout: 30_000 });
  const asked = pausesMs.mock.calls.map(([, pauseMs]) => pauseMs);
  expect(asked.filter((pauseMs) => [5, 10, 20].includes(pauseMs ?? 0))).toEqual([5, 10, 20]);
  expect(canary.report.roundTripMs).toBe(3);
});
