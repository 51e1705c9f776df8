/** kale reset-token */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "../base/log.ts";
import { JournalError, resetToken } from "../journal/index.ts";
import { UsageError, type Command, type OptionSpec } from "./command.ts";
import { optionHelp, readOptions } from "./options.ts";

const defaultFolder = "./kale-data";

const options: readonly OptionSpec[] = [
  { flag: "--data", placeholder: "DIR", doc: `The data folder; ${defaultFolder} by default.` },
];

export const resetTokenCommand: Command = {
  name: "reset-token",
  summary: "makes a new admin token instead of a lost one",
  help: `usage: kale reset-token [--data DIR]

Makes a new admin token for the data folder DIR (${defaultFolder}) and prints it, this once. The old
one ends, and so does whoever signed in with it; users and their passwords stay. Works while Kale runs
on the folder, too: being able to write there is what proves who you are.

${optionHelp(options)}

Exit status: 0, or 1 where there is no journal in the folder.

  kale reset-token --data /var/lib/kale
`,
  options,
  async run(args, io) {
    const { values, words } = readOptions(args, options);
    if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is not expected here`);
    const path = join(values.get("data") ?? defaultFolder, "journal.sqlite");
    if (!existsSync(path)) {
      io.stderr.write(`kale reset-token: there is no ${path}; name the data folder with --data\n`);
      return 1;
    }
    const logger = createLogger({
      clock: io.clock,
      level: "warn",
      format: "text",
      write: (line) => io.stderr.write(`${line}\n`),
    });
    try {
      const token = await resetToken(path, { clock: io.clock, logger, randomBytes });
      io.stdout.write(`${token}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      io.stderr.write(`kale reset-token: ${error.message}\n`);
      return 1;
    }
  },
};
