/**
 * kale completion SHELL: a script that completes commands, their options, and the values of options.
 *
 * It is made of what the commands say they take, so that help and completion cannot differ.
 */
import { UsageError, type Command } from "./command.ts";
import { bashScript } from "./completion/bash.ts";
import { completedOf, type Completed } from "./completion/completed.ts";
import { fishScript } from "./completion/fish.ts";
import { zshScript } from "./completion/zsh.ts";
import type { CommandEntry } from "./dispatch.ts";
import { readOptions } from "./options.ts";

const scripts: Readonly<Record<string, (completed: Completed) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** @param entries  the commands that the scripts know */
export function completionCommand(entries: readonly CommandEntry[]): Command {
  return {
    name: "completion",
    summary: "prints a script that completes commands and options in a shell",
    help: `usage: kale completion bash|zsh|fish

Prints a script for the shell. To have it in every new shell:

  bash   kale completion bash > ~/.local/share/bash-completion/completions/kale
  zsh    kale completion zsh > "\${fpath[1]}/_kale"
  fish   kale completion fish > ~/.config/fish/completions/kale.fish
`,
    options: [],
    secondWords: Object.keys(scripts),
    async run(args, io) {
      const { words } = readOptions(args, []);
      const script = words.length === 1 ? scripts[words[0] ?? ""] : undefined;
      if (script === undefined) throw new UsageError("needs one shell: bash, zsh or fish");
      const commands = await Promise.all(entries.map(async (entry) => await entry.load()));
      io.stdout.write(script(completedOf(commands)));
      return 0;
    },
  };
}
