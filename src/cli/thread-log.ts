/** A thread's log: told to the main thread, so that all lines go through one writer. */
import type { LogFacts, Logger, LogLevel } from "../base/log.ts";
import type { Rpc } from "../base/rpc.ts";
import type { ThreadLogLine } from "./thread-messages.ts";

/** @param main  asked for at each line, since a thread logs before its line to main exists */
export function threadLogger(main: () => Rpc | undefined, part: string): Logger {
  function tell(level: LogLevel, message: string, facts: LogFacts = {}): void {
    main()?.tell("log", { level, part, message, facts } satisfies ThreadLogLine);
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
