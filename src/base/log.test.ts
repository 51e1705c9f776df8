import { expect, test } from "vitest";
import { ManualClock } from "./clock.ts";
import { createLogger, type LogLevel } from "./log.ts";

function lines(format: "text" | "json", level: LogLevel = "info"): string[] {
  const written: string[] = [];
  const clock = new ManualClock(1_795_442_825_000);
  const logger = createLogger({ clock, level, format, write: (line) => written.push(line) });
  logger.debug("not shown");
  logger.for("horizon").warn("refused a frame", { name: 'a"b\n', count: 3, nothing: undefined });
  return written;
}

test("createLogger() writes a line for people, text from outside in quotes", () => {
  expect(lines("text")).toEqual(['14:07:05 warn horizon: refused a frame name="a\\"b\\n" count=3']);
});

test("createLogger() writes JSON, one object a line", () => {
  expect(lines("json").map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      time: "2026-11-23T14:07:05.000Z",
      level: "warn",
      part: "horizon",
      message: "refused a frame",
      name: 'a"b\n',
      count: 3,
    },
  ]);
});

test("createLogger() leaves out what is below its level", () => {
  expect(lines("text", "error")).toEqual([]);
});
