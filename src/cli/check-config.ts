/** kale check-config FILE */
import { readFileSync } from "node:fs";
import { UsageError, type Command } from "./command.ts";
import { loadSettings, showProblems } from "./load-settings.ts";
import { readOptions } from "./options.ts";
import { settingFields } from "./settings.ts";

export const checkConfigCommand: Command = {
  name: "check-config",
  summary: "tells every mistake in a configuration file",
  help: `usage: kale check-config FILE

Reads FILE as kale start --config FILE would, and starts nothing. Prints each problem on a line:
file, line, column, what was found and what is allowed. docs/settings.md lists the settings.

Exit status: 0 when the file can be used, 1 when not.

  kale check-config /etc/kale/kale.yaml
`,
  options: [],
  takesFiles: true,
  run(args, io) {
    const { words } = readOptions(args, []);
    const [path, ...more] = words;
    if (path === undefined || more.length > 0) throw new UsageError("needs exactly one file");
    const { problems, origins } = loadSettings([`--config=${path}`], {}, readText);
    if (problems.length > 0) {
      io.stdout.write(showProblems(problems));
      return Promise.resolve(1);
    }
    const count = settingFields.filter((field) => origins[field].source === "file").length;
    io.stdout.write(`${path}: fine, ${count === 1 ? "1 setting" : `${count} settings`}\n`);
    return Promise.resolve(0);
  },
};

function readText(path: string): string {
  return readFileSync(path, "utf8");
}
