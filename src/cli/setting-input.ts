/** What settings are made of, out of text or what YAML made of it: texts, whole numbers, lists. */

/** A whole number of digits, `1_000` too; undefined for anything else. */
export function readWhole(input: unknown, min: number, max: number): number | undefined {
  const text = textOf(input);
  if (text === undefined || !/^\d{1,15}$/.test(text.replaceAll("_", ""))) return undefined;
  const value = Number(text.replaceAll("_", ""));
  return value >= min && value <= max ? value : undefined;
}

/** Text and numbers as text; undefined for anything else. */
export function textOf(input: unknown): string | undefined {
  if (typeof input === "string") return input.trim();
  return typeof input === "number" ? String(input) : undefined;
}

/** A YAML list of texts, or text with commas. */
export function listOf(input: unknown): readonly string[] | undefined {
  if (Array.isArray(input)) {
    const items = input.map(textOf);
    return items.every((item) => item !== undefined && item !== "")
      ? (items as string[])
      : undefined;
  }
  const text = textOf(input);
  if (text === undefined) return undefined;
  const items = text.split(",").map((item) => item.trim());
  return items.includes("") ? undefined : items;
}
