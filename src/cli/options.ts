/**
 * Options of commands: `--flag VALUE`, `--flag=VALUE`, switches `--flag` and `--no-flag`; `--` ends
 * them. The last one of a repeated flag counts.
 */
import { UsageError, type OptionSpec } from "./command.ts";
import { didYouMean } from "./nearest.ts";

export interface GivenOption {
  readonly flag: string;
  /** "true" or "false" for a switch; undefined where the value is missing. */
  readonly text: string | undefined;
}

export interface SplitArguments {
  readonly options: readonly GivenOption[];
  /** Flags that no spec names. */
  readonly unknown: readonly string[];
  readonly words: readonly string[];
}

/** Sorts arguments into known options, unknown flags and words. */
export function splitArguments(
  args: readonly string[],
  specs: readonly OptionSpec[],
): SplitArguments {
  const options: GivenOption[] = [];
  const unknown: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("--")) {
      if (/^-[a-zA-Z]/.test(arg)) unknown.push(arg);
      else words.push(arg);
      continue;
    }
    const cut = arg.indexOf("=");
    const flag = cut < 0 ? arg : arg.slice(0, cut);
    const given = cut < 0 ? undefined : arg.slice(cut + 1);
    const spec = specs.find((known) => known.flag === flag);
    const negated = specs.find(
      (known) => known.placeholder === "" && flag === `--no-${known.flag.slice(2)}`,
    );
    if (spec?.placeholder === "") options.push({ flag, text: given ?? "true" });
    else if (spec !== undefined) options.push({ flag, text: given ?? args[++i] });
    else if (negated !== undefined && given === undefined) {
      options.push({ flag: negated.flag, text: "false" });
    } else unknown.push(flag);
  }
  return { options, unknown, words };
}

/**
 * The options of a command that takes no settings.
 *
 * @returns flag without dashes → value; a `UsageError` for what is not known or lacks its value
 */
export function readOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
): { readonly values: ReadonlyMap<string, string>; readonly words: readonly string[] } {
  const { options, unknown, words } = splitArguments(args, specs);
  const [first] = unknown;
  if (first !== undefined) {
    const flags = specs.map(({ flag }) => flag);
    throw new UsageError(`unknown option ${first}${didYouMean(first, flags)}`);
  }
  const values = new Map<string, string>();
  const isSwitch = (flag: string): boolean =>
    specs.some((spec) => spec.flag === flag && spec.placeholder === "");
  for (const { flag, text } of options) {
    if (text === undefined) throw new UsageError(`${flag} needs a value`);
    if (isSwitch(flag) && text !== "true" && text !== "false") {
      throw new UsageError(`${flag} is a switch: it takes no value ${JSON.stringify(text)}`);
    }
    values.set(flag.slice(2), text);
  }
  return { values, words };
}

/** A whole number out of an option's text, or the default where it was not given. */
export function wholeOption(
  values: ReadonlyMap<string, string>,
  name: string,
  limits: { readonly standard: number; readonly min: number; readonly max: number },
): number {
  const text = values.get(name);
  if (text === undefined) return limits.standard;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= limits.min && value <= limits.max) return value;
  throw new UsageError(
    `--${name}: found ${JSON.stringify(text)}; allowed is a whole number from ${limits.min} to ${limits.max}`,
  );
}

/** Help lines: flag and sentence in two columns. */
export function optionHelp(specs: readonly OptionSpec[]): string {
  const heads = specs.map(({ flag, placeholder, isOn }) => {
    return `${isOn === true ? `--[no-]${flag.slice(2)}` : flag} ${placeholder}`.trimEnd();
  });
  const width = Math.min(28, Math.max(0, ...heads.map((head) => head.length)));
  return specs
    .map(({ doc }, i) => {
      const head = heads[i] ?? "";
      const lines = wrap(doc, 94 - width);
      const indent = " ".repeat(width + 4);
      const first = head.length > width ? `  ${head}\n${indent}` : `  ${head.padEnd(width)}  `;
      return first + lines.join(`\n${indent}`);
    })
    .join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
