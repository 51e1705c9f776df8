/**
 * kale completion SHELL: scripts for bash, zsh and fish.
 *
 * Options are read out of each command's help, so that help and completion cannot differ; the words
 * that may stand behind a command are its `secondWords`. The scripts hold fixed words only: nothing
 * of the user's is evaluated.
 */
import { UsageError, type Command } from "./command.ts";
import type { CommandEntry } from "./dispatch.ts";
import { readOptions } from "./options.ts";

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly string[];
  readonly secondWords: readonly string[];
}

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
    secondWords: Object.keys(scripts),
    async run(args, io) {
      const { words } = readOptions(args, []);
      const script = words.length === 1 ? scripts[words[0] ?? ""] : undefined;
      if (script === undefined) throw new UsageError("needs one shell: bash, zsh or fish");
      const commands = await Promise.all(entries.map(async (entry) => await entry.load()));
      io.stdout.write(script(commands.map(completedOf)));
      return 0;
    },
  };
}

/** The flags that a help text lists at the begin of its lines. */
function completedOf({ name, summary, help, secondWords = [] }: Command): Completed {
  const flags = [...help.matchAll(/^ +(--[a-z][a-z-]*)/gm)].map(([, flag]) => flag ?? "");
  return { name, summary, secondWords, flags: [...new Set([...flags, "--help"])] };
}

function withWords(commands: readonly Completed[]): readonly Completed[] {
  return commands.filter(({ secondWords }) => secondWords.length > 0);
}

const scripts: Readonly<Record<string, (commands: readonly Completed[]) => string>> = {
  bash: (commands) => `# bash completion of kale
_kale() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map(({ name }) => name).join(" ")} --help --version"
  elif [ "\${word:0:1}" = "-" ]; then
    case "\${COMP_WORDS[1]}" in
${commands.map(({ name, flags }) => `      ${name}) words="${flags.join(" ")}" ;;`).join("\n")}
    esac
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "\${COMP_WORDS[1]}" in
${withWords(commands)
  .map(({ name, secondWords }) => `      ${name}) words="${secondWords.join(" ")}" ;;`)
  .join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _kale kale
`,
  zsh: (commands) => `#compdef kale
_kale() {
  local -a commands=(
${commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "")}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if (( CURRENT == 3 )); then
    case "$words[2]" in
${withWords(commands)
  .map(({ name, secondWords }) => `      ${name}) compadd -- ${secondWords.join(" ")} ;;`)
  .join("\n")}
    esac
  fi
  case "$words[2]" in
${commands.map(({ name, flags }) => `    ${name}) compadd -- ${flags.join(" ")} ;;`).join("\n")}
  esac
  _files
}
compdef _kale kale
`,
  fish: (commands) =>
    [
      "# fish completion of kale",
      ...commands.map(
        ({ name, summary }) =>
          `complete -c kale -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", "")}'`,
      ),
      ...withWords(commands).map(({ name, secondWords }) => {
        const words = secondWords.join(" ");
        const isNext = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words}`;
        return `complete -c kale -n '${isNext}' -f -a '${words}'`;
      }),
      ...commands.flatMap(({ name, flags }) =>
        flags.map(
          (flag) => `complete -c kale -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`,
        ),
      ),
      "",
    ].join("\n"),
};
