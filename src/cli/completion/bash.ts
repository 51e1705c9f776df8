/**
 * The script for bash, 3.2 and later.
 *
 * Readline gives `--flag=value` as three words, since "=" is among COMP_WORDBREAKS.
 */
import { generalWords, type Completed, type CompletedOption } from "./completed.ts";

export function bashScript({ commands, settings }: Completed): string {
  const names = commands.map(({ name }) => name);
  const withSettings = commands.filter(({ takesSettings }) => takesSettings);
  const withSecond = commands.filter(({ secondWords }) => secondWords.length > 0);
  const withFiles = commands.filter(({ takesFiles }) => takesFiles);
  return `# bash completion of kale
_kale() {
  local IFS=$' \\t\\n'
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" kind="words" words="" prefix=""
  if [ "$word" = "=" ]; then word=""
  elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${[...names, ...generalWords].join(" ")}"
  elif [ "$command" = "help" ]; then
    [ "$COMP_CWORD" -eq 2 ] && words="${names.join(" ")}"
  else
    _kale_value
    if [ "$kind" = "none" ]; then
      kind="words"
      if [ "\${word:0:1}" = "-" ]; then _kale_flags
      else _kale_words
      fi
    fi
  fi
  COMPREPLY=()
  case "$kind" in
    words) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    list)
      compopt -o nospace 2>/dev/null
      case "$word" in *,*) prefix="\${word%,*}," ;; esac
      COMPREPLY=($(compgen -P "$prefix" -W "$words" -- "\${word##*,}"))
      ;;
    files | folders)
      compopt -o filenames 2>/dev/null
      IFS=$'\\n'
      if [ "$kind" = "files" ]; then COMPREPLY=($(compgen -f -- "$word"))
      else COMPREPLY=($(compgen -d -- "$word"))
      fi
      ;;
  esac
}
_kale_flags() {
  local settings="${flagsOf(settings)}"
  case "$command" in
${commands
  .map(({ name, own, takesSettings }) => {
    return `    ${name}) words="${flagsOf(own)}${takesSettings ? " $settings" : ""}" ;;`;
  })
  .join("\n")}
  esac
}
_kale_words() {
  case "$command" in
    ${withFiles.map(({ name }) => name).join(" | ")}) [ "$COMP_CWORD" -gt 2 ] && kind="files" ;;
  esac
  case "$command" in
${withSecond
  .map(({ name, secondWords }) => {
    return `    ${name}) [ "$COMP_CWORD" -eq 2 ] && words="${secondWords.join(" ")}" ;;`;
  })
  .join("\n")}
    ${commands
      .filter(({ takesFiles, secondWords }) => takesFiles && secondWords.length === 0)
      .map(({ name }) => name)
      .join(" | ")}) kind="files" ;;
  esac
}
_kale_value() {
  kind="none"
  case "$command $before" in
${commands.flatMap(({ name, own }) => valueArms(own, (flag) => `"${name} ${flag}"`)).join("\n")}
  esac
  case "$command" in
    ${withSettings.map(({ name }) => name).join(" | ")}) ;;
    *) return ;;
  esac
  case "$before" in
${valueArms(settings, (flag) => flag).join("\n")}
  esac
}
complete -F _kale kale
`;
}

function flagsOf(options: readonly CompletedOption[]): string {
  return options.map(({ flag }) => flag).join(" ");
}

/** One arm for all options with the same answer. */
function valueArms(
  options: readonly CompletedOption[],
  pattern: (flag: string) => string,
): string[] {
  const patterns = new Map<string, string[]>();
  for (const { flag, value } of options) {
    if (value.kind === "none") continue;
    const words = "words" in value ? ` words="${value.words.join(" ")}"` : "";
    const answer = `kind="${value.kind}"${words}`;
    patterns.set(answer, [...(patterns.get(answer) ?? []), pattern(flag)]);
  }
  return [...patterns].map(([answer, all]) => `    ${all.join(" | ")}) ${answer} ;;`);
}
