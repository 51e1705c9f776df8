/** What a command of the program is, and what of the world it may touch. */
import type { Clock } from "../base/clock.ts";

export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

export interface OptionSpec {
  /** e.g. "--seed" */
  readonly flag: string;
  /** Stands for the value in help, e.g. "N"; empty for a switch. */
  readonly placeholder: string;
  readonly doc: string;
  /** What the value may be, where that is one of few words, or a list of them where the placeholder is "A,B". */
  readonly words?: readonly string[];
  /** A switch that is on unless `--no-` is told. */
  readonly isOn?: boolean;
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
