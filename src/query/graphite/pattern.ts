/**
 * Regular expressions that users write into targets: RE2's, whose time is linear in the text, where
 * graphite-web takes Python's. The same for all that dashboards use; look-around and back-references
 * in a pattern are refused.
 */
import { RE2JS } from "re2js";
import { GraphiteError, quoted } from "./errors.ts";

export interface Pattern {
  /** Whether it is found anywhere in the text. */
  isFoundIn(text: string): boolean;
  /** Puts a replacement for each find, in which \1 and \g<name> stand for groups. */
  replace(text: string, replacement: string): string;
}

const patternCharsMax = 1024;

/** @throws GraphiteError  "bad-argument" */
export function compilePattern(source: string): Pattern {
  if (source.length > patternCharsMax) {
    throw new GraphiteError("too-much", `A pattern is longer than ${patternCharsMax} characters.`);
  }
  const compiled = compile(source);
  return {
    isFoundIn: (text) => compiled.matcher(text).find(),
    replace(text, replacement) {
      const pieces = piecesOf(replacement);
      const matcher = compiled.matcher(text);
      let result = "";
      let end = 0;
      while (matcher.find()) {
        result += text.slice(end, matcher.start());
        for (const piece of pieces) {
          if (typeof piece === "string") result += piece;
          else result += groupText(matcher, piece.group);
        }
        end = matcher.end();
      }
      return result + text.slice(end);
    },
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphiteError("bad-argument", `${quoted(source)} is no pattern of RE2's: ${reason}.`);
  }
}

type Piece = string | { readonly group: number | string };

function piecesOf(replacement: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of replacement.matchAll(/\\(?:(\d{1,2})|g<(\w+)>|([\s\S]))/g)) {
    pieces.push(replacement.slice(end, found.index));
    const [whole, number, name, char = ""] = found;
    if (number !== undefined) pieces.push({ group: Number(number) });
    else if (name !== undefined) pieces.push({ group: /^\d+$/.test(name) ? Number(name) : name });
    else pieces.push(escapes[char] ?? char);
    end = found.index + whole.length;
  }
  pieces.push(replacement.slice(end));
  return pieces;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function groupText(matcher: ReturnType<RE2JS["matcher"]>, group: number | string): string {
  try {
    return matcher.group(group) ?? "";
  } catch {
    throw new GraphiteError("bad-argument", `The pattern has no group ${quoted(String(group))}.`);
  }
}
