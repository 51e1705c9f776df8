/** A thread's log: told to the main thread, so that all lines go through one writer. */
import type { LogFacts, Logger, LogLevel } from "../base/log.ts";
import { type MessageEndpoint, tell as tellThread } from "../base/rpc.ts";
import type { ThreadLogLine } from "./thread-messages.ts";

/** @param main  the port to the main thread, which takes lines from the thread's first moment on */
export function threadLogger(main: Pick<MessageEndpoint, "postMessage">, part: string): Logger {
  function tell(level: LogLevel, message: string, facts: LogFacts = {}): void {
    tellThread(main, "log", { level, part, message, facts } satisfies ThreadLogLine);
  }
  return {
    debug: (message, facts) => tell("debug", message, facts),
    info: (message, facts) => tell("info", message, facts),
    warn: (message, facts) => tell("warn", message, facts),
    error: (message, facts) => tell("error", message, facts),
    for: (name) => threadLogger(main, `${part}/${name}`),
  };
}

/** The main thread's half. */
export function writeThreadLog(logger: Logger): (line: ThreadLogLine) => void {
  return ({ level, part, message, facts }) => {
    logger.for(part)[level](message, facts);
  };
}
