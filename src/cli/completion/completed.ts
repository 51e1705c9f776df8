/**
 * What a shell may complete to, out of what the commands say they take. The scripts for the shells
 * (bash.ts, zsh.ts, fish.ts) hold fixed words only: nothing of the user's is evaluated.
 */
import type { Command, OptionSpec } from "../command.ts";
import { settingOptions } from "../load-settings.ts";

export interface CompletedOption {
  /** e.g. "--store" */
  readonly flag: string;
  readonly doc: string;
  readonly placeholder: string;
  readonly value: OptionValue;
}

/** What follows a flag: nothing, a path, one of some words, several of them with commas, or who knows what. */
export type OptionValue =
  | { readonly kind: "none" | "files" | "folders" | "free" }
  | { readonly kind: "words" | "list"; readonly words: readonly string[] };

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly secondWords: readonly string[];
  readonly takesFiles: boolean;
  /** All but the settings. */
  readonly own: readonly CompletedOption[];
  /** Whether every setting is an option of it too. */
  readonly takesSettings: boolean;
}

export interface Completed {
  readonly commands: readonly CompletedCommand[];
  readonly settings: readonly CompletedOption[];
}

/** What stands in place of a command, beside their names. */
export const generalWords = ["help", "--help", "--version"] as const;

const helpOption: OptionSpec = { flag: "--help", placeholder: "", doc: "Tells all about it." };

export function completedOf(commands: readonly Command[]): Completed {
  return {
    commands: commands.map(({ name, summary, options, secondWords = [], takesFiles = false }) => ({
      name,
      summary,
      secondWords,
      takesFiles,
      own: [...options.filter((option) => !settingOptions.includes(option)), helpOption].flatMap(
        optionsOf,
      ),
      takesSettings: settingOptions.every((option) => options.includes(option)),
    })),
    settings: settingOptions.flatMap(optionsOf),
  };
}

/** A switch that is on unless told is told by its `--no-`. */
function optionsOf(spec: OptionSpec): CompletedOption[] {
  const { flag, doc, placeholder } = spec;
  const option = { flag, doc, placeholder, value: valueOf(spec) };
  return spec.isOn === true ? [option, { ...option, flag: `--no-${flag.slice(2)}` }] : [option];
}

function valueOf({ placeholder, words = [] }: OptionSpec): OptionValue {
  if (placeholder === "") return { kind: "none" };
  if (placeholder === "DIR" || placeholder === "FOLDER") return { kind: "folders" };
  if (placeholder === "FILE" || placeholder === "PATH") return { kind: "files" };
  if (words.length === 0) return { kind: "free" };
  return { kind: placeholder === "A,B" ? "list" : "words", words };
}
