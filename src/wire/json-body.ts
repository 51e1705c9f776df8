/** JSON of senders: parsed without an exception, and looked at without trust. */

const decoder = new TextDecoder();

/** Parsed JSON, of which nothing is known yet. */
export type Json = object | string | number | boolean | null;

/** @returns undefined, which JSON has no word for, where the body is no JSON */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
}

/** @returns the value of a key, of anything; undefined where there is none */
export function memberOf(holder: unknown, key: string): unknown {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, key))
    return undefined;
  return (holder as Record<string, unknown>)[key];
}

/** @returns the items, of anything; empty where it is no array */
export function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** @returns the number that is there, as number or as decimal text; NaN where none is */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && decimal.test(value) ? Number(value) : NaN;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A refused piece of parsed JSON as bytes, for the example that people see. */
export function exampleOf(value: Json): Uint8Array {
  return new TextEncoder().encode(jsonText(value).slice(0, exampleCharsMax));
}

/** Writing is recursive where parsing is not: what is nested by the thousand cannot be written. */
function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "nested too deep to be shown";
  }
}

const exampleCharsMax = 500;
