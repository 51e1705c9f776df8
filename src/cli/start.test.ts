import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { testIo } from "./command.fixture.ts";
import type { RunningKale, StartOptions } from "./running.ts";
import { loggerOf, runStart } from "./start.ts";
import { defaultSettings } from "./settings.ts";

function standIn(): {
  started: StartOptions[];
  stopped: number[];
  startKale: (options: StartOptions) => Promise<RunningKale>;
} {
  const started: StartOptions[] = [];
  const stopped: number[] = [];
  return {
    started,
    stopped,
    startKale: (options) => {
      started.push(options);
      return Promise.resolve({
        addresses: { webapp: "http://127.0.0.1:1500" },
        problems: [],
        sink: { write: () => Promise.resolve() },
        newAdminToken: undefined,
        record: () => undefined,
        warmShare: () => Promise.resolve(1),
        onFirstVisit: () => undefined,
        stop: () => {
          stopped.push(1);
          return Promise.resolve();
        },
      });
    },
  };
}

test("runStart() starts with the settings, tells the address, and drains at SIGTERM", async () => {
  const { started, stopped, startKale } = standIn();
  const signals = new EventEmitter();
  const { io, out } = testIo({ env: { KALE_MAX_AGE: "5m" } });
  const running = runStart(["--port-carbon", "2103"], io, {
    startKale,
    signals,
    endAtOnce: () => undefined,
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(started[0]?.settings.ageMaxMs).toBe(300_000);
  expect([...(started[0]?.asked ?? [])]).toEqual(["ports.carbon"]);
  expect(out()).toContain("http://127.0.0.1:1500");
  expect(stopped).toEqual([]);
  signals.emit("SIGTERM", "SIGTERM");
  expect(await running).toBe(0);
  expect(stopped).toEqual([1]);
  expect(signals.eventNames()).toEqual([]);
});

test("runStart() starts nothing with settings that cannot be used, and tells all of them", async () => {
  const { started, startKale } = standIn();
  const { io, err } = testIo({ env: { KALE_BIND: "here" } });
  const parts = { startKale, signals: new EventEmitter(), endAtOnce: () => undefined };
  expect(await runStart(["--port-carbon=x"], io, parts)).toBe(2);
  expect(started).toEqual([]);
  expect(err()).toContain('KALE_BIND: found "here"; allowed is an IP address');
  expect(err()).toContain('--port-carbon: found "x"; allowed is a port number');
});

test.each([
  { isTerminal: true, line: /^\d\d:\d\d:\d\d hello\n$/ },
  { isTerminal: false, line: /^\{"time":.*"message":"hello"\}\n$/ },
])("loggerOf() writes for a terminal ($isTerminal) as fits", ({ isTerminal, line }) => {
  const { io, err } = testIo({ isTerminal });
  loggerOf(defaultSettings(), io).info("hello");
  expect(err()).toMatch(line);
});
