/** Settings that are JSON where they stand in a flag or a variable, and part of the YAML in the file. */

export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  /** What is wrong with the text, for a person. */
  | { readonly ok: false; readonly problem: string };

/** @param input  text, or what YAML made of the setting; "" is nothing set */
export function parseJsonText(input: unknown): JsonText {
  if (typeof input !== "string") return { ok: true, value: input };
  if (input.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(input) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `is not JSON: ${reason}` };
  }
}
