/**
 * The kinds of values that settings have: how each is written by people, read and shown.
 *
 * A kind reads text (flags, environment variables, words in the file) or what YAML made of it
 * (numbers, booleans, lists), and says what is allowed in words that fit an error message.
 */
import { TimeZone } from "../base/time-zone.ts";
import { parseJsonText } from "./json-text.ts";
import { readRules, type Rule, ruleJson } from "../model/index.ts";
import { listOf, readWhole, textOf } from "./setting-input.ts";

/** What reading gives: the value, or undefined where the input is not one. */
export interface SettingKind<Value> {
  /** For help and error messages, e.g. "a port number from 0 to 65535 (0 is off)". */
  readonly allowed: string;
  /** Stands for the value in help, e.g. "N". Empty for a switch. */
  readonly placeholder: string;
  /** Words a shell may complete to. */
  readonly words: readonly string[];
  read(input: unknown): Value | undefined;
  /** Of a value with parts: each mistake by itself, where `read` finds no value. */
  problems?(input: unknown): readonly string[];
  /** As a person would write it in the file. */
  show(value: Value): string;
}

export const portKind: SettingKind<number> = {
  allowed: "a port number from 1 to 65535, or 0 for off",
  placeholder: "N",
  words: [],
  read: (input) => readWhole(input, 0, 65_535),
  show: String,
};

export function countKind(range: {
  readonly min: number;
  readonly max: number;
}): SettingKind<number> {
  return {
    allowed: `a whole number from ${range.min} to ${range.max}`,
    placeholder: "N",
    words: [],
    read: (input) => readWhole(input, range.min, range.max),
    show: String,
  };
}

const trueWords = ["true", "yes", "on", "1"];
const falseWords = ["false", "no", "off", "0"];

export const switchKind: SettingKind<boolean> = {
  allowed: "true or false",
  placeholder: "",
  words: ["true", "false"],
  read: (input) => {
    if (typeof input === "boolean") return input;
    const word = textOf(input)?.toLowerCase();
    if (word === undefined) return undefined;
    if (trueWords.includes(word)) return true;
    return falseWords.includes(word) ? false : undefined;
  },
  show: String,
};

export const textKind: SettingKind<string> = {
  allowed: "a text",
  placeholder: "TEXT",
  words: [],
  read: textOf,
  show: (value) => (value === "" ? '""' : value),
};

export const pathKind: SettingKind<string> = {
  ...textKind,
  allowed: "a path",
  placeholder: "PATH",
  read: (input) => (textOf(input) === "" ? undefined : textOf(input)),
};

/** A zone of wall clocks. */
export const zoneKind: SettingKind<string> = {
  allowed: 'machine, UTC, or a zone such as "Europe/Berlin"',
  placeholder: "ZONE",
  words: ["machine", "UTC"],
  read: (input) => {
    const name = textOf(input);
    if (name === undefined) return undefined;
    return name === "machine" || TimeZone.of(name) !== undefined ? name : undefined;
  },
  show: String,
};

/** A text that may be left out: "" in the program, `none` in the file. */
export const optionalTextKind: SettingKind<string> = {
  allowed: "a text, or none",
  placeholder: "TEXT",
  words: ["none"],
  read: (input) => (textOf(input) === "none" ? "" : textOf(input)),
  show: (value) => (value === "" ? "none" : value),
};

export const optionalPathKind: SettingKind<string> = {
  ...optionalTextKind,
  allowed: "a path, or none",
  placeholder: "PATH",
};

/** A password or key: read like any text, but never shown. */
export const secretKind: SettingKind<string> = {
  ...optionalTextKind,
  show: (value) => (value === "" ? "none" : "(secret)"),
};

/** A word of a name that goes into other programs. */
export const wordKind: SettingKind<string> = {
  allowed: "a word of letters, digits, '.', '_', ':' and '-', at most 64 of them",
  placeholder: "WORD",
  words: [],
  read: (input) => {
    const text = textOf(input);
    return text !== undefined && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(text) ? text : undefined;
  },
  show: String,
};

/** What names of indexes may begin with. */
export const indexWordKind: SettingKind<string> = {
  allowed: "a word of lower case letters, digits, '-' and '_', at most 64 of them",
  placeholder: "WORD",
  words: [],
  read: (input) => {
    const text = textOf(input);
    return text !== undefined && /^[a-z0-9][a-z0-9_-]{0,63}$/.test(text) ? text : undefined;
  },
  show: String,
};

export function choiceKind<Word extends string>(words: readonly Word[]): SettingKind<Word> {
  return {
    allowed: `one of ${words.join(", ")}`,
    placeholder: "WORD",
    words,
    read: (input) => words.find((word) => word === input),
    show: String,
  };
}

/** A list of words out of a closed set, each at most once, at least one. */
export function choicesKind<Word extends string>(
  words: readonly Word[],
): SettingKind<readonly Word[]> {
  return {
    allowed: `a list of ${words.join(", ")}`,
    placeholder: "A,B",
    words,
    read: (input) => {
      const items = listOf(input)?.map((item) => words.find((word) => word === item));
      if (items === undefined || items.length === 0) return undefined;
      if (new Set(items).size < items.length) return undefined;
      return items.every((item) => item !== undefined) ? items : undefined;
    },
    show: (value) => `[${value.join(", ")}]`,
  };
}

/** A list of free texts; may be empty. Text is cut at commas. */
export const listKind: SettingKind<readonly string[]> = {
  allowed: "a list of texts",
  placeholder: "A,B",
  words: [],
  read: (input) => (input === "" ? [] : listOf(input)),
  show: (value) => `[${value.join(", ")}]`,
};

/** Rules of what matters enough to be told; see model/rules.ts. In a variable or a flag they are JSON. */
export const rulesKind: SettingKind<readonly Rule[]> = {
  allowed: 'a list of rules, such as [{match: "web.*", least-relative: 0.2, least-duration: 5m}]',
  placeholder: "JSON",
  words: [],
  read: (input) => {
    const json = parseJsonText(input);
    const reading = json.ok ? readRules(json.value) : undefined;
    return reading?.ok === true ? reading.rules : undefined;
  },
  problems: (input) => {
    const json = parseJsonText(input);
    if (!json.ok) return [json.problem];
    const reading = readRules(json.value);
    return reading.ok ? [] : [reading.fault];
  },
  show: (rules) => JSON.stringify(rules.map(ruleJson)),
};

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A length of time in milliseconds: a number with a unit. A bare number is seconds, as in the
 * original's settings. `words` are special values with a name, e.g. "every-batch" for 0.
 */
export function durationKind(range: {
  readonly minMs: number;
  readonly maxMs: number;
  readonly words?: Readonly<Record<string, number>>;
}): SettingKind<number> {
  const words = Object.entries(range.words ?? {});
  const bounds = `from ${showDuration(range.minMs)} to ${showDuration(range.maxMs)}`;
  return {
    allowed:
      `a duration ${bounds}, such as 90s, 10m, 24h or 14d (a bare number is seconds)` +
      words.map(([word]) => `, or ${word}`).join(""),
    placeholder: "TIME",
    words: words.map(([word]) => word),
    read: (input) => {
      const special = words.find(([word]) => word === input);
      if (special !== undefined) return special[1];
      const ms = readDuration(input);
      return ms !== undefined && ms >= range.minMs && ms <= range.maxMs ? ms : undefined;
    },
    show: (ms) => words.find(([, special]) => special === ms)?.[0] ?? showDuration(ms),
  };
}

const unitBytes: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A number of bytes, written with a unit. */
export function sizeKind(range: {
  readonly minBytes: number;
  readonly maxBytes: number;
}): SettingKind<number> {
  return {
    allowed: `a size from ${showSize(range.minBytes)} to ${showSize(range.maxBytes)}, such as 512MiB or 2GiB`,
    placeholder: "SIZE",
    words: [],
    read: (input) => {
      const found = /^(\d{1,9}) ?(KiB|MiB|GiB)$/.exec(textOf(input) ?? "");
      const sizeBytes = Number(found?.[1]) * (unitBytes[found?.[2] ?? ""] ?? Number.NaN);
      return sizeBytes >= range.minBytes && sizeBytes <= range.maxBytes ? sizeBytes : undefined;
    },
    show: showSize,
  };
}

/** A size, or the word `auto`, which is 0 in the program. */
export function sizeOrAutoKind(range: {
  readonly minBytes: number;
  readonly maxBytes: number;
}): SettingKind<number> {
  const size = sizeKind(range);
  return {
    ...size,
    allowed: `${size.allowed}, or auto`,
    words: ["auto"],
    read: (input) => (input === "auto" ? 0 : size.read(input)),
    show: (value) => (value === 0 ? "auto" : size.show(value)),
  };
}

function showSize(sizeBytes: number): string {
  for (const unit of ["GiB", "MiB"] as const) {
    const size = unitBytes[unit] ?? 1;
    if (sizeBytes % size === 0) return `${sizeBytes / size}${unit}`;
  }
  return `${sizeBytes / 2 ** 10}KiB`;
}

/** A whole number, or the word `auto`, which is 0 in the program. */
export function countOrAutoKind(max: number): SettingKind<number> {
  return {
    allowed: `a whole number from 1 to ${max}, or auto`,
    placeholder: "N",
    words: ["auto"],
    read: (input) => (input === "auto" ? 0 : readWhole(input, 1, max)),
    show: (value) => (value === 0 ? "auto" : String(value)),
  };
}

/** The largest unit that leaves a whole number. */
export function showDuration(ms: number): string {
  if (ms === 0) return "0s";
  for (const unit of ["d", "h", "m", "s"] as const) {
    const size = unitMs[unit] ?? 1;
    if (ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function readDuration(input: unknown): number | undefined {
  const text = textOf(input);
  const found = text === undefined ? null : /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|[smhdw])?$/.exec(text);
  if (found === null) return undefined;
  const ms = Number(found[1]) * (unitMs[found[2] ?? "s"] ?? Number.NaN);
  return Number.isInteger(ms) ? ms : undefined;
}
