/**
 * Refused input as text that a page, a terminal and a log can show.
 *
 * Bytes that are no sound UTF-8, controls, unassigned and invisible characters and odd blanks
 * become \xNN; a backslash becomes \\, so that the two cannot be confused.
 */
import { utf8Length } from "./utf8.ts";

export const exampleCharsMax = 200;

const decoder = new TextDecoder();
const invisible = /[\p{C}\p{Z}]/u;

/** @returns at most `exampleCharsMax` UTF-16 units; what was cut ends in "…" */
export function printableText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let at = start;
  while (at < end) {
    const length = utf8Length(bytes, at, end);
    const shown =
      length === 0 ? escaped(bytes, at, at + 1) : shownCharacter(bytes, at, at + length);
    if (text.length + shown.length > exampleCharsMax - 1) {
      if (at + Math.max(1, length) < end || text.length + shown.length > exampleCharsMax) {
        return `${text}…`;
      }
    }
    text += shown;
    at += Math.max(1, length);
  }
  return text;
}

function shownCharacter(bytes: Uint8Array, start: number, end: number): string {
  const char = decoder.decode(bytes.subarray(start, end));
  if (char === "\\") return "\\\\";
  // A lone byte order mark decodes to nothing.
  if (char === "" || (char !== " " && invisible.test(char))) return escaped(bytes, start, end);
  return char;
}

function escaped(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++)
    text += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, "0")}`;
  return text;
}
