/** From the command line to a command: the list of commands, help, and what becomes of errors. */
import { UsageError, type Command, type CommandIo } from "./command.ts";
import { didYouMean } from "./nearest.ts";
import { StartError } from "./running.ts";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loaded when asked for, so that a quick command does not wait for the slow ones' code. */
  load(): Promise<Command>;
}

/**
 * @param args  what stood behind `kale`
 * @returns the exit status: 0 fine, 1 failed or not fine, 2 wrongly asked
 */
export async function dispatch(
  args: readonly string[],
  entries: readonly CommandEntry[],
  io: CommandIo,
): Promise<number> {
  const [first = "", ...rest] = args;
  if (first === "") {
    io.stderr.write(overview(entries));
    return 2;
  }
  if (first === "--version" || first === "-v") return await dispatch(["version"], entries, io);
  if (["--help", "-h", "help"].includes(first)) {
    const [topic] = rest;
    if (topic !== undefined) return await dispatch([topic, "--help"], entries, io);
    io.stdout.write(overview(entries));
    return 0;
  }
  const entry = entries.find(({ name }) => name === first);
  if (entry === undefined) {
    const names = entries.map(({ name }) => name);
    const hint = didYouMean(first, names) || "; kale --help lists the commands";
    io.stderr.write(`kale: unknown command ${JSON.stringify(first)}${hint}\n`);
    return 2;
  }
  const command = await entry.load();
  if (asksForHelp(rest)) {
    io.stdout.write(`${command.help.trimEnd()}\n`);
    return 0;
  }
  return await runCommand(command, rest, io);
}

async function runCommand(
  command: Command,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    return await command.run(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`kale ${command.name}: ${error.message} (see kale ${command.name} --help)\n`);
      return 2;
    }
    if (error instanceof StartError) {
      io.stderr.write(`kale ${command.name}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

function overview(entries: readonly CommandEntry[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  const lines = entries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Kale watches every metric a site has and shows the abnormal ones on a page.

usage: kale COMMAND [OPTION…]

${lines.join("\n")}

kale COMMAND --help tells all about one. Run kale start and open http://127.0.0.1:1500
to begin; kale demo shows the same with a simulated site.
`;
}
