import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { listenForStop } from "./stop-signals.ts";

function listen(): {
  source: EventEmitter;
  clock: ManualClock;
  ended: number[];
  stop: ReturnType<typeof listenForStop>;
} {
  const source = new EventEmitter();
  const clock = new ManualClock(0);
  const ended: number[] = [];
  const stop = listenForStop(source, clock, (status) => ended.push(status));
  return { source, clock, ended, stop };
}

test("listenForStop() resolves at the first signal and ends at the second", async () => {
  const { source, ended, stop } = listen();
  source.emit("SIGTERM", "SIGTERM");
  expect(await stop.asked).toBe("SIGTERM");
  expect(ended).toEqual([]);
  source.emit("SIGTERM", "SIGTERM");
  expect(ended).toEqual([143]);
});

test("listenForStop() takes a SIGINT that npm repeats as the same key press", async () => {
  const { source, clock, ended, stop } = listen();
  source.emit("SIGINT", "SIGINT");
  clock.advance(20);
  source.emit("SIGINT", "SIGINT");
  expect(await stop.asked).toBe("SIGINT");
  expect(ended).toEqual([]);
  clock.advance(1000);
  source.emit("SIGINT", "SIGINT");
  expect(ended).toEqual([130]);
});

test("release() leaves the signals alone", () => {
  const { source, stop } = listen();
  stop.release();
  expect(source.eventNames()).toEqual([]);
});
