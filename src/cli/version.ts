/** kale version */
import { readFileSync } from "node:fs";
import { UsageError, type Command } from "./command.ts";
import { readOptions } from "./options.ts";

export const versionCommand: Command = {
  name: "version",
  summary: "prints the version",
  help: `usage: kale version

Prints "kale" and the version on one line.
`,
  options: [],
  run(args, io) {
    const { words } = readOptions(args, []);
    if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is not expected here`);
    io.stdout.write(`kale ${programVersion()}\n`);
    return Promise.resolve(0);
  },
};

/** The version in package.json, which lies two folders above in the checkout and in the package. */
export function programVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const parsed = JSON.parse(text) as { readonly version?: unknown };
  return typeof parsed.version === "string" ? parsed.version : "unknown";
}
