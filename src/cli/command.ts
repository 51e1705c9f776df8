/** What a command of the program is, and what of the world it may touch. */
import type { Clock } from "../base/clock.ts";
import type { OptionSpec } from "./options.ts";

export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole text of `kale NAME --help`. */
  readonly help: string;
  /** Every option it takes beside --help; a shell completes them. */
  readonly options: readonly OptionSpec[];
  /** What may stand next, where that is a word out of a list: `kale import csv`. */
  readonly secondWords?: readonly string[];
  /** Its further words are names of files or folders. */
  readonly takesFiles?: boolean;
  /**
   * @param args  what stood behind the command's name
   * @returns the exit status. Throws a `UsageError` for wrong arguments.
   */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** The user asked for something that cannot be; shown as one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
