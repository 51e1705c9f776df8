/**
 * The fields of a JSON object from outside, each read with its type and limits: what query.ts is for
 * the parameters of a URL. Nothing is thrown; the first fault is kept, with the way to the field:
 * "Field items[3].from is missing". Fields that nobody read are a fault too.
 */
import { canonicalName, nameBytesMax } from "../model/index.ts";
import { quoted, type Fault } from "./fault.ts";
import { parseTimeText, timeTextForms } from "./time-text.ts";

/** The first fault of a whole body. */
export interface FaultKeeper {
  fault: Fault | undefined;
}

export class JsonFields {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #nowMs: number;
  readonly #keeper: FaultKeeper;
  readonly #known = new Set<string>();

  /** @param path  where the object lies in the body; "" is the body itself */
  constructor(
    value: unknown,
    nowMs: number,
    path = "",
    keeper: FaultKeeper = { fault: undefined },
  ) {
    this.#path = path;
    this.#nowMs = nowMs;
    this.#keeper = keeper;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#given = isObject ? (value as Record<string, unknown>) : {};
    if (!isObject) {
      const what = path === "" ? "The body" : `Field ${path}`;
      keeper.fault ??= { code: "bad-field", message: `${what} is no JSON object.` };
    }
  }

  /** The first thing wrong with the body. Ask when every field has been read. */
  fault(): Fault | undefined {
    this.end();
    return this.#keeper.fault;
  }

  /** Refuses fields of this object that were not read. */
  end(): void {
    for (const name of Object.keys(this.#given)) {
      if (this.#known.has(name)) continue;
      const known = [...this.#known].join(", ");
      this.#keep(`No field ${quoted(this.#at(name))} here; known are ${known}.`);
    }
  }

  has(name: string): boolean {
    this.#known.add(name);
    return Object.hasOwn(this.#given, name) && this.#given[name] !== undefined;
  }

  /** @returns "" where it is missing, which is a fault */
  text(name: string, limits: { readonly lengthMax: number }): string {
    const value = this.#take(name);
    if (typeof value === "string" && value.length <= 2 * limits.lengthMax)
      return value.toWellFormed();
    this.refuse(name, `a text of at most ${limits.lengthMax} characters`);
    return "";
  }

  /** Like `text`, but nothing of it is ever said again. */
  secret(name: string, limits: { readonly lengthMax: number }): string {
    const value = this.#take(name);
    if (typeof value === "string" && value.length <= 2 * limits.lengthMax) {
      return value.toWellFormed();
    }
    const form = `a text of at most ${limits.lengthMax} characters`;
    this.#keep(
      `Field ${this.#at(name)} ${value === undefined ? "is missing" : "is refused"}: it has to be ${form}.`,
    );
    return "";
  }

  /** One value and no other. */
  constant(name: string, wanted: number): void {
    if (this.#take(name) !== wanted) this.refuse(name, String(wanted));
  }

  seriesName(name: string): string {
    const value = this.#take(name);
    if (typeof value === "string" && value !== "" && Buffer.byteLength(value) <= nameBytesMax) {
      return canonicalName(value.toWellFormed());
    }
    this.refuse(name, `a series' name of 1 to ${nameBytesMax} bytes`);
    return "";
  }

  /** Unix milliseconds, from whatever a parameter may say. */
  timeMs(name: string): number {
    const value = this.#take(name);
    const text = typeof value === "number" ? String(value) : value;
    const timeMs = typeof text === "string" ? parseTimeText(text, this.#nowMs) : undefined;
    if (timeMs === undefined) this.refuse(name, timeTextForms);
    return timeMs ?? 0;
  }

  /** @returns undefined where it is missing or no number, which is a fault */
  number(name: string): number | undefined {
    const value = this.#take(name);
    if (typeof value === "number") return value;
    this.refuse(name, "a number");
    return undefined;
  }

  /** Whole numbers, each once. */
  places(name: string, limits: { readonly countMax: number }): number[] {
    const found = this.#list(name, limits.countMax);
    const isPlace = (value: unknown): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= 0;
    if (found.every(isPlace)) return [...new Set(found)];
    this.refuse(name, "a list of places in items, from 0");
    return [];
  }

  objects<Value>(
    name: string,
    limits: { readonly countMax: number },
    read: (fields: JsonFields) => Value,
  ): Value[] {
    return this.#list(name, limits.countMax).map((value, i) => {
      const path = `${this.#at(name)}[${i}]`;
      const fields = new JsonFields(value, this.#nowMs, path, this.#keeper);
      const result = read(fields);
      fields.end();
      return result;
    });
  }

  /** The list as it is, for columns too long to be looked at as objects. */
  rawList(name: string, limits: { readonly countMax: number }): readonly unknown[] {
    return this.#list(name, limits.countMax);
  }

  /** A list of texts, none of them blank, without the blanks around them. */
  texts(name: string, limits: { readonly countMax: number }): string[] {
    return this.#list(name, limits.countMax).map((value, i) => {
      const text = typeof value === "string" ? value.toWellFormed().trim() : "";
      if (text === "") this.fail(`${name}[${i}]`, "is no text");
      return text;
    });
  }

  /** @param words  what is wrong with the field, after its name */
  fail(name: string, words: string): void {
    this.#keep(`Field ${this.#at(name)} ${words}.`);
  }

  refuse(name: string, allowed: string): void {
    const value = this.#take(name);
    const found = value === undefined ? "missing" : quoted(shortText(value));
    this.#keep(`Field ${this.#at(name)} is ${found}; allowed: ${allowed}.`);
  }

  #list(name: string, countMax: number): readonly unknown[] {
    const value = this.#take(name);
    if (Array.isArray(value) && value.length <= countMax) return value as unknown[];
    this.#keep(
      Array.isArray(value)
        ? `Field ${this.#at(name)} has ${value.length} entries; at most ${countMax} are taken.`
        : `Field ${this.#at(name)} is no list.`,
    );
    return [];
  }

  #take(name: string): unknown {
    this.#known.add(name);
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }

  #at(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  #keep(message: string): void {
    this.#keeper.fault ??= { code: "bad-field", message };
  }
}

function shortText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : typeof value;
}
