/** The script for zsh: one call of `_arguments` for each command. */
import { generalWords, type Completed, type CompletedOption } from "./completed.ts";

export function zshScript({ commands, settings }: Completed): string {
  return `#compdef kale
_kale() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  local -a settings=(
${settings.map((option) => `    ${argumentOf(option)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- ${generalWords.join(" ")}
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
    help) (( CURRENT == 2 )) && _describe command commands ;;
${commands
  .map(({ name, own, takesSettings, secondWords, takesFiles }) => {
    const parts = [
      ...own.map(argumentOf),
      ...(takesSettings ? ["$settings"] : []),
      ...(secondWords.length > 0 ? [quoted(`1:word:(${secondWords.join(" ")})`)] : []),
      ...(takesFiles ? [quoted("*:file:_files")] : []),
    ];
    return `    ${name}) _arguments -S ${parts.join(" \\\n      ")} ;;`;
  })
  .join("\n")}
  esac
}
compdef _kale kale
`;
}

function argumentOf({ flag, doc, placeholder, value }: CompletedOption): string {
  const words = doc.replaceAll(/[\\[\]:]/g, (sign) => `\\${sign}`);
  if (value.kind === "none") return quoted(`${flag}[${words}]`);
  return quoted(`${flag}=[${words}]:${placeholder.replaceAll(":", "\\:")}:${actionOf(value)}`);
}

function actionOf(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "words":
      return `(${value.words.map((word) => word.replaceAll(":", "\\:")).join(" ")})`;
    case "list":
      return `_sequence compadd - ${value.words.join(" ")}`;
    case "free":
    case "none":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
