/** A command's world for tests: what is written is kept, the clock stands where it is put. */
import { PassThrough } from "node:stream";
import { systemClock, type Clock } from "../base/clock.ts";
import type { CommandIo } from "./command.ts";

export interface TestIo {
  readonly io: CommandIo;
  readonly out: () => string;
  readonly err: () => string;
}

export function testIo(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly clock?: Clock;
    readonly isTerminal?: boolean;
  } = {},
): TestIo {
  const texts = { out: "", err: "" };
  const stream = (name: "out" | "err"): PassThrough & { isTTY: boolean; columns: number } => {
    const through = new PassThrough();
    through.on("data", (chunk: Buffer) => (texts[name] += chunk.toString()));
    return Object.assign(through, { isTTY: options.isTerminal === true, columns: 100 });
  };
  return {
    io: {
      env: options.env ?? {},
      clock: options.clock ?? systemClock,
      stdin: new PassThrough(),
      stdout: stream("out"),
      stderr: stream("err"),
    },
    out: () => texts.out,
    err: () => texts.err,
  };
}
