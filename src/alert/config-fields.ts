/**
 * Takes apart what YAML made of a map, field by field, and gathers every mistake with its place, so
 * that a person sees all of them at once.
 */
export interface ConfigProblem {
  /** e.g. "alerts.routes[2].severity" */
  readonly path: string;
  /** Goes on from the path, e.g. "is missing". */
  readonly message: string;
}

const textLengthMax = 4096;
const itemCountMax = 64;

export class ConfigFields {
  /** Shared by all the maps inside one another. */
  readonly problems: ConfigProblem[];
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  private constructor(
    values: Readonly<Record<string, unknown>>,
    path: string,
    problems: ConfigProblem[],
  ) {
    this.#values = values;
    this.#path = path;
    this.problems = problems;
  }

  /** Of something that should be a map; if it is not, that is its first problem. */
  static of(input: unknown, path: string, problems: ConfigProblem[] = []): ConfigFields {
    if (isRecord(input)) return new ConfigFields(input, path, problems);
    problems.push({ path, message: "is not a map of fields" });
    return new ConfigFields({}, path, problems);
  }

  has(key: string): boolean {
    return this.#take(key) !== undefined;
  }

  refuse(key: string, message: string): void {
    this.problems.push({ path: `${this.#path}.${key}`, message });
  }

  /** @param fallback  where the field is missing; without one the field is needed */
  text(key: string, fallback?: string): string {
    const value = this.#take(key);
    if (value === undefined) {
      if (fallback === undefined) this.refuse(key, "is missing");
      return fallback ?? "";
    }
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.length <= textLengthMax) return value;
    this.refuse(key, `is not a text of at most ${textLengthMax} characters`);
    return fallback ?? "";
  }

  /** An address of a page, without a slash at its end. */
  url(key: string, fallback: string): string {
    const text = this.text(key, fallback).replace(/\/+$/, "");
    if (text !== "" && !(/^https?:/.test(text) && URL.canParse(text))) {
      this.refuse(key, "is not an address that begins with http:// or https://");
    }
    return text;
  }

  texts(key: string, options: { readonly countMin: number }): readonly string[] {
    const value = this.#take(key);
    const items = typeof value === "string" ? [value] : (value ?? []);
    const isSound =
      Array.isArray(items) &&
      items.length <= itemCountMax &&
      items.every(
        (item) => typeof item === "string" && item !== "" && item.length <= textLengthMax,
      );
    if (!isSound) {
      this.refuse(key, `is not a list of at most ${itemCountMax} texts`);
      return [];
    }
    if (items.length < options.countMin) this.refuse(key, "is missing, or empty");
    return items as string[];
  }

  textMap(key: string): Readonly<Record<string, string>> {
    const value = this.#take(key);
    if (value === undefined) return {};
    const entries = isRecord(value) ? Object.entries(value) : undefined;
    if (entries?.every(([, text]) => typeof text === "string" || typeof text === "number") === true)
      return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
    this.refuse(key, "is not a map of texts");
    return {};
  }

  count(
    key: string,
    fallback: number,
    range: { readonly min: number; readonly max: number },
  ): number {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max)
      return Number(value);
    this.refuse(key, `is not a whole number from ${range.min} to ${range.max}`);
    return fallback;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#take(key);
    if (value === undefined || typeof value === "boolean") return value ?? fallback;
    this.refuse(key, "is not true or false");
    return fallback;
  }

  choice<Word extends string>(
    key: string,
    words: readonly Word[],
    fallback?: Word,
  ): Word | undefined {
    const value = this.#take(key);
    if (value === undefined && fallback !== undefined) return fallback;
    const word = words.find((known) => known === value);
    if (word === undefined) this.refuse(key, `is not one of ${words.join(", ")}`);
    return word ?? fallback;
  }

  /** @param range  `never` is what the word "never" stands for */
  duration(
    key: string,
    fallback: number,
    range: { readonly minMs: number; readonly maxMs: number; readonly never?: number },
  ): number {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (value === "never" && range.never !== undefined) return range.never;
    const ms = durationMs(value);
    if (ms !== undefined && ms >= range.minMs && ms <= range.maxMs) return ms;
    const never = range.never === undefined ? "" : ", or never";
    this.refuse(key, `is not a duration in range, such as 90s, 10m, 4h or 7d${never}`);
    return fallback;
  }

  /** @returns minutes after midnight, 0 to 1440 */
  timeOfDay(key: string): number {
    const text = this.text(key);
    const found = /^(\d{1,2}):(\d{2})$/.exec(text);
    const minutes = Number(found?.[1]) * 60 + Number(found?.[2]);
    if (found !== null && Number(found[2]) < 60 && minutes <= 24 * 60) return minutes;
    if (text !== "") this.refuse(key, 'is not a time of day in quotes, such as "22:30"');
    return 0;
  }

  /** Name of a time zone; this machine's where it is missing. */
  timeZone(key: string): string {
    const zone = this.text(key, Intl.DateTimeFormat().resolvedOptions().timeZone);
    try {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return zone;
    } catch {
      this.refuse(key, "is not a time zone, such as Europe/Berlin");
      return "UTC";
    }
  }

  map(key: string): ConfigFields | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return ConfigFields.of(value, `${this.#path}.${key}`, this.problems);
  }

  maps(key: string, countMax: number): readonly ConfigFields[] {
    const value = this.#take(key) ?? [];
    if (!Array.isArray(value) || value.length > countMax) {
      this.refuse(key, `is not a list of at most ${countMax} maps`);
      return [];
    }
    return value.map((item, i) =>
      ConfigFields.of(item, `${this.#path}.${key}[${i + 1}]`, this.problems),
    );
  }

  namedMaps(key: string, countMax: number): readonly (readonly [string, ConfigFields])[] {
    const value = this.#take(key) ?? {};
    const entries = isRecord(value) ? Object.entries(value) : undefined;
    if (entries === undefined || entries.length > countMax) {
      this.refuse(key, `is not a map of at most ${countMax} names`);
      return [];
    }
    return entries.map(([name, item]) => [
      name,
      ConfigFields.of(item, `${this.#path}.${key}.${name}`, this.problems),
    ]);
  }

  /** What nobody asked for is a mistake too. */
  refuseOthers(): void {
    for (const key of Object.keys(this.#values)) {
      if (!this.#asked.has(key)) {
        this.refuse(key, `is unknown; known are ${[...this.#asked].join(", ")}`);
      }
    }
  }

  #take(key: string): unknown {
    this.#asked.add(key);
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }
}

function isRecord(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A bare number is seconds. */
function durationMs(value: unknown): number | undefined {
  const found = /^(\d{1,9})([smhdw])?$/.exec(String(value));
  return found === null ? undefined : Number(found[1]) * (unitMs[found[2] ?? "s"] ?? 0);
}
