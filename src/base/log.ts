/**
 * What the program says of itself: one line per event, for a person at a terminal or as JSON.
 *
 * Where a line goes is an argument, so that this file touches no stream. Text from outside (names,
 * bad input) belongs in `facts`, where it is escaped; the message itself is ours.
 */
import type { Clock } from "./clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** The same log, with a part name in front of each message. */
  for(part: string): Logger;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LogOptions {
  readonly clock: Clock;
  readonly level: LogLevel;
  readonly format: "text" | "json";
  /** Takes one whole line without its line end. */
  readonly write: (line: string) => void;
}

export function createLogger(options: LogOptions, part = ""): Logger {
  function say(level: LogLevel, message: string, facts: LogFacts): void {
    if (ranks[level] < ranks[options.level]) return;
    const time = new Date(options.clock.nowMs()).toISOString();
    options.write(
      options.format === "json"
        ? JSON.stringify({ time, level, part: part || undefined, message, ...facts })
        : textLine(time, level, part, message, facts),
    );
  }
  return {
    debug: (message, facts = {}) => say("debug", message, facts),
    info: (message, facts = {}) => say("info", message, facts),
    warn: (message, facts = {}) => say("warn", message, facts),
    error: (message, facts = {}) => say("error", message, facts),
    for: (name) => createLogger(options, part === "" ? name : `${part}/${name}`),
  };
}

/** A log that keeps silent. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  for: () => silentLogger,
};

function textLine(
  time: string,
  level: LogLevel,
  part: string,
  message: string,
  facts: LogFacts,
): string {
  const head = `${time.slice(11, 19)} ${level === "info" ? "" : `${level} `}${part === "" ? "" : `${part}: `}`;
  const tail = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === "string" ? JSON.stringify(value) : String(value)}`,
    )
    .join("");
  return `${head}${message}${tail}`;
}
