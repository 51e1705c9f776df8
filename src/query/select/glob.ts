/**
 * Graphite's patterns of dotted paths.
 *
 *     *       any text of one part, also none
 *     ?       one character, not a dot
 *     [a-c]   one of them; [!a-c] or [^a-c] one of the others; not a dot
 *     {a,b}   one of the texts, which may hold patterns, braces and dots
 *
 * Source: Graphite manual, "Render API: paths and wildcards", and what Python's fnmatch does with
 * "]" at the beginning of a set. A bracket without its partner stands for itself; so does
 * a brace, and all braces after it.
 *
 * A pattern becomes a list of tests, one for each dotted part, so that no star crosses a dot and
 * matching needs no stack: greedy, with one step back to the last star, at most pattern times part.
 */
import { excerptOf } from "./fault.ts";

export const globLengthMax = 16_384;
/** How many texts the braces of one pattern may stand for. */
export const globWordCountMax = 1_024;
const braceDepthMax = 8;

/** Tests text[start, end), in which there is no dot. */
export type PartTest = (text: string, start: number, end: number) => boolean;

export type CompiledGlob =
  | {
      readonly ok: true;
      /** One of these has to match; each is a list of tests, one for each part. */
      readonly alternatives: readonly (readonly PartTest[])[];
    }
  | { readonly ok: false; readonly offset: number; readonly message: string };

export function compileGlob(pattern: string): CompiledGlob {
  if (pattern.length > globLengthMax) {
    const message = `The pattern has ${pattern.length} characters; at most ${globLengthMax} are taken.`;
    return { ok: false, offset: globLengthMax, message };
  }
  // Braces with dots in them change how many parts there are; others stay within their part.
  const patterns = hasDotInBraces(pattern) ? expandBraces(pattern) : [pattern];
  const alternatives: (readonly PartTest[])[] = [];
  for (const each of patterns ?? []) {
    const tests = splitParts(each).map(compilePart);
    if (tests.every((test) => test !== undefined)) alternatives.push(tests);
  }
  if (alternatives.length === patterns?.length) return { ok: true, alternatives };
  const message =
    `The braces of ${excerptOf(pattern)} stand for more than ${globWordCountMax} texts, ` +
    `or lie more than ${braceDepthMax} deep.`;
  return { ok: false, offset: Math.max(0, pattern.indexOf("{")), message };
}

/** Whether text[0, end) matches; it has as many parts as the pattern then. */
export function matchesGlob(
  alternatives: readonly (readonly PartTest[])[],
  text: string,
  end: number,
): boolean {
  for (const tests of alternatives) if (matchParts(tests, text, end) === end) return true;
  return false;
}

/** @returns where the last of these parts ends in text[0, end); -1 where they do not match */
export function matchParts(tests: readonly PartTest[], text: string, end: number): number {
  let start = 0;
  for (let i = 0; i < tests.length; i++) {
    if (start > end) return -1;
    const dot = text.indexOf(".", start);
    const partEnd = dot < 0 || dot > end ? end : dot;
    if (tests[i]?.(text, start, partEnd) !== true) return -1;
    start = partEnd + 1;
  }
  return start - 1;
}

/** Splits at the dots outside braces. */
function splitParts(pattern: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let hasBraces = true;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "{" && hasBraces) {
      const close = closingBrace(pattern, i);
      if (close < 0) hasBraces = false;
      else i = close;
    } else if (char === ".") {
      parts.push(pattern.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(pattern.slice(start));
  return parts;
}

/** @returns undefined where its braces stand for too much */
function compilePart(part: string): PartTest | undefined {
  if (part === "*") return () => true;
  const words = expandBraces(part);
  if (words === undefined) return undefined;
  const exact = new Set(words.filter((word) => !/[*?[]/.test(word)));
  const globs = words.filter((word) => !exact.has(word)).map(parseGlob);
  const [only] = exact;
  if (globs.length === 0 && exact.size === 1 && only !== undefined) {
    return (text, start, end) => end - start === only.length && text.startsWith(only, start);
  }
  return (text, start, end) => {
    if (exact.size > 0 && exact.has(text.slice(start, end))) return true;
    for (const glob of globs) if (globMatches(glob, text, start, end)) return true;
    return false;
  };
}

function hasDotInBraces(pattern: string): boolean {
  for (let i = pattern.indexOf("{"); i >= 0; i = pattern.indexOf("{", i + 1)) {
    const close = closingBrace(pattern, i);
    if (close < 0) return false;
    if (pattern.slice(i, close).includes(".")) return true;
    i = close;
  }
  return false;
}

/** @returns the place of the brace that closes the one at `open`, -1 where there is none */
function closingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let i = open; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "{") depth += 1;
    else if (char === "}" && --depth === 0) return i;
  }
  return -1;
}

/** Every text that the braces stand for; undefined where there are too many, or they lie too deep. */
function expandBraces(pattern: string, depth = 0): string[] | undefined {
  if (depth > braceDepthMax) return undefined;
  let words = [""];
  for (let at = 0; at < pattern.length;) {
    const open = pattern.indexOf("{", at);
    const close = open < 0 ? -1 : closingBrace(pattern, open);
    if (close < 0) {
      const rest = pattern.slice(at);
      return words.map((word) => word + rest);
    }
    const head = pattern.slice(at, open);
    const choices: string[] = [];
    for (const choice of splitChoices(pattern.slice(open + 1, close))) {
      const expanded = expandBraces(choice, depth + 1);
      if (expanded === undefined) return undefined;
      for (const word of expanded) choices.push(word);
    }
    if (words.length * choices.length > globWordCountMax) return undefined;
    words = words.flatMap((word) => choices.map((choice) => word + head + choice));
    at = close + 1;
  }
  return words;
}

/** Splits at the commas outside inner braces. */
function splitChoices(inside: string): string[] {
  const choices: string[] = [];
  let start = 0;
  for (let i = 0; i < inside.length; i++) {
    const char = inside.charAt(i);
    if (char === "{") i = Math.max(i, closingBrace(inside, i));
    else if (char === ",") {
      choices.push(inside.slice(start, i));
      start = i + 1;
    }
  }
  choices.push(inside.slice(start));
  return choices;
}

type GlobPart =
  | { readonly kind: "char"; readonly code: number }
  | { readonly kind: "any" }
  | { readonly kind: "run" }
  | { readonly kind: "set"; readonly ranges: readonly number[]; readonly isNegated: boolean };

function parseGlob(glob: string): GlobPart[] {
  const parts: GlobPart[] = [];
  for (let i = 0; i < glob.length; i++) {
    const code = glob.codePointAt(i) ?? 0;
    const char = glob.charAt(i);
    const close = char === "[" ? closingBracket(glob, i) : -1;
    if (char === "*") {
      if (parts.at(-1)?.kind !== "run") parts.push({ kind: "run" });
    } else if (char === "?") parts.push({ kind: "any" });
    else if (close > 0) {
      const inside = glob.slice(i + 1, close);
      const isNegated = /^[!^]/.test(inside);
      parts.push({
        kind: "set",
        ranges: rangesOf(isNegated ? inside.slice(1) : inside),
        isNegated,
      });
      i = close;
    } else {
      parts.push({ kind: "char", code });
      if (code > 0xffff) i += 1;
    }
  }
  return parts;
}

/** A "]" that comes first, after a negation too, is one of the set. */
function closingBracket(glob: string, open: number): number {
  const first = /[!^]/.test(glob.charAt(open + 1)) ? open + 2 : open + 1;
  return glob.indexOf("]", first + 1);
}

/** Pairs of first and last code point. */
function rangesOf(inside: string): number[] {
  const codes = Array.from(inside, (char) => char.codePointAt(0) ?? 0);
  const dash = 45;
  const ranges: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const from = codes[i] ?? 0;
    const to = codes[i + 1] === dash ? codes[i + 2] : undefined;
    ranges.push(from, to ?? from);
    if (to !== undefined) i += 2;
  }
  return ranges;
}

function globMatches(glob: readonly GlobPart[], text: string, start: number, end: number): boolean {
  let part = 0;
  let at = start;
  let runPart = -1;
  let runAt = start;
  while (at < end) {
    const current = glob[part];
    const code = text.codePointAt(at) ?? 0;
    if (current?.kind === "run") {
      runPart = part++;
      runAt = at;
    } else if (current !== undefined && partMatches(current, code)) {
      part += 1;
      at += code > 0xffff ? 2 : 1;
    } else if (runPart >= 0) {
      part = runPart + 1;
      at = ++runAt;
    } else return false;
  }
  while (glob[part]?.kind === "run") part += 1;
  return part === glob.length;
}

function partMatches(part: GlobPart, code: number): boolean {
  if (part.kind === "char") return part.code === code;
  if (part.kind === "any") return true;
  if (part.kind === "run") return false;
  let isInside = false;
  for (let i = 0; i < part.ranges.length; i += 2) {
    isInside ||= code >= (part.ranges[i] ?? 0) && code <= (part.ranges[i + 1] ?? 0);
  }
  return isInside !== part.isNegated;
}
