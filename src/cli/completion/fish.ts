/** The script for fish: one call of `complete` for each word. Files are offered where one is taken, only. */
import { generalWords, type Completed, type CompletedOption } from "./completed.ts";

export function fishScript({ commands, settings }: Completed): string {
  const names = commands.map(({ name }) => name);
  const flags = generalWords.filter((word) => word.startsWith("--"));
  const withSettings = commands.filter(({ takesSettings }) => takesSettings);
  return [
    "# fish completion of kale",
    "complete -c kale -f",
    ...commands.map(
      ({ name, summary }) =>
        `complete -c kale -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    "complete -c kale -n __fish_use_subcommand -a help -d 'tells all about a command'",
    ...flags.map((flag) => `complete -c kale -n __fish_use_subcommand -l ${flag.slice(2)}`),
    `complete -c kale -n '__fish_seen_subcommand_from help' -a ${quoted(names.join(" "))}`,
    ...commands.flatMap(({ name, secondWords, takesFiles, own }) => [
      ...(secondWords.length === 0 ? [] : [secondLine(name, secondWords)]),
      ...(takesFiles ? [`complete -c kale -n '__fish_seen_subcommand_from ${name}' -F`] : []),
      ...own.map((option) => optionLine([name], option)),
    ]),
    ...settings.map((option) =>
      optionLine(
        withSettings.map(({ name }) => name),
        option,
      ),
    ),
    "",
  ].join("\n");
}

function secondLine(name: string, secondWords: readonly string[]): string {
  const words = secondWords.join(" ");
  const isNext = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words}`;
  return `complete -c kale -n '${isNext}' -a '${words}'`;
}

function optionLine(names: readonly string[], { flag, doc, value }: CompletedOption): string {
  const head = `complete -c kale -n '__fish_seen_subcommand_from ${names.join(" ")}' -l ${flag.slice(2)}`;
  return `${head}${valueFlags(value)} -d ${quoted(doc)}`;
}

function valueFlags(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "none":
      return "";
    case "free":
      return " -x";
    case "files":
      return " -r -F";
    case "folders":
      return " -x -a '(__fish_complete_directories)'";
    case "words":
      return ` -x -a ${quoted(value.words.join(" "))}`;
    case "list":
      return ` -x -a ${quoted(`(__fish_append , ${value.words.join(" ")})`)}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
