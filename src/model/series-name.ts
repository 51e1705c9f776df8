/**
 * Names of series: how they are written, hashed and matched.
 *
 * A name is UTF-8 text, 1 to `nameBytesMax` bytes, without control characters. It is a dotted path,
 * and may carry tags as Graphite writes them, sorted by key so that one series has one name:
 *
 *     disk.used;datacenter=dc1;host=fe1
 *
 * Source for tags: Graphite manual, "Graphite Tag Support".
 */

/**
 * FNV-1a over the bytes of a name, then a finalising mix so that high and low bits are equally good.
 * The same number decides the shard (`shardOf`) and the slot in a name table.
 *
 * Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft); the mix is the
 * 32-bit finaliser of MurmurHash3.
 */
export function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const encoder = new TextEncoder();

/** Which shard owns a name. Uses the high bits; a name table in the shard uses the low ones. */
export function shardOf(hash: number, shardCount: number): number {
  return Math.floor((hash / 4294967296) * shardCount);
}

export function shardOfName(name: string, shardCount: number): number {
  const bytes = encoder.encode(name);
  return shardOf(hashName(bytes, 0, bytes.length), shardCount);
}

/**
 * The one spelling of a name with tags: tags sorted by key, the last of equal keys kept, empty
 * tags dropped. A name without ';' is returned as it is.
 */
export function canonicalName(name: string): string {
  const cut = name.indexOf(";");
  if (cut < 0) return name;
  const tags = new Map<string, string>();
  for (const tag of name.slice(cut + 1).split(";")) {
    const equals = tag.indexOf("=");
    if (equals > 0 && equals < tag.length - 1)
      tags.set(tag.slice(0, equals), tag.slice(equals + 1));
  }
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
  return name.slice(0, cut) + sorted.map(([key, value]) => `;${key}=${value}`).join("");
}

/**
 * A test of names from what a person typed.
 *
 * With `*`, `?`, `[abc]` or `{a,b}` it is a glob over the whole name, where `*` also crosses dots;
 * otherwise any name that contains the text, without regard to case, is taken.
 * Linear in pattern times name: no regular expression of the user's making is ever run.
 */
export function nameMatcher(query: string): (name: string) => boolean {
  if (query === "" || query === "*") return () => true;
  if (!/[*?[{]/.test(query)) {
    const wanted = query.toLowerCase();
    return (name) => name.toLowerCase().includes(wanted);
  }
  const alternatives = parseNameGlob(query);
  return (name) => alternatives.some((glob) => globMatches(glob, name));
}

/**
 * As `nameMatcher`, of what holds for whole names: text without a wildcard is one name, not a part of names.
 * A name is always its own pattern, whatever signs it has.
 */
export function wholeNameMatcher(query: string): (name: string) => boolean {
  if (!/[*?[{]/.test(query)) return (name) => name === query;
  const matches = nameMatcher(query);
  return (name) => name === query || matches(name);
}

/** The globs of which one has to match, for whoever asks another program the same question. */
export function parseNameGlob(query: string): readonly (readonly GlobPart[])[] {
  return expandBraces(query).map(parseGlob);
}

export type GlobPart =
  | { readonly kind: "text"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "run" }
  | { readonly kind: "set"; readonly chars: string; readonly isNegated: boolean };

/** At most this many words come out of the braces of one query; the rest is left out. */
const braceWordCountMax = 64;

function expandBraces(query: string): string[] {
  const open = query.indexOf("{");
  const close = open < 0 ? -1 : query.indexOf("}", open);
  if (close < 0) return [query];
  const words: string[] = [];
  const rests = expandBraces(query.slice(close + 1));
  for (const choice of query.slice(open + 1, close).split(",")) {
    for (const rest of rests) {
      if (words.length < braceWordCountMax) words.push(query.slice(0, open) + choice + rest);
    }
  }
  return words;
}

function parseGlob(glob: string): GlobPart[] {
  const parts: GlobPart[] = [];
  for (let i = 0; i < glob.length; i++) {
    const char = glob.charAt(i);
    const close = char === "[" ? glob.indexOf("]", i + 2) : -1;
    if (char === "*") {
      if (parts.at(-1)?.kind !== "run") parts.push({ kind: "run" });
    } else if (char === "?") parts.push({ kind: "any" });
    else if (close > 0) {
      const inside = glob.slice(i + 1, close);
      const isNegated = inside.startsWith("!") || inside.startsWith("^");
      parts.push({
        kind: "set",
        chars: expandRanges(isNegated ? inside.slice(1) : inside),
        isNegated,
      });
      i = close;
    } else parts.push({ kind: "text", char });
  }
  return parts;
}

function expandRanges(chars: string): string {
  return chars.replaceAll(/(.)-(.)/gu, (_, from: string, to: string) => {
    let run = "";
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) {
      run += String.fromCharCode(code);
    }
    return run;
  });
}

/** Greedy matching with one step back to the last '*': no stack, never exponential. */
function globMatches(glob: readonly GlobPart[], name: string): boolean {
  let part = 0;
  let at = 0;
  let runPart = -1;
  let runAt = 0;
  while (at < name.length) {
    const current = glob[part];
    if (current?.kind === "run") {
      runPart = part++;
      runAt = at;
    } else if (current !== undefined && partMatches(current, name.charAt(at))) {
      part += 1;
      at += 1;
    } else if (runPart >= 0) {
      part = runPart + 1;
      at = ++runAt;
    } else return false;
  }
  while (glob[part]?.kind === "run") part += 1;
  return part === glob.length;
}

function partMatches(part: GlobPart, char: string): boolean {
  if (part.kind === "text") return part.char === char;
  if (part.kind === "set") return part.chars.includes(char) !== part.isNegated;
  return part.kind === "any";
}

/** How well a matching name answers a query: 0 is the name itself, 1 begins with it, 2 the rest. */
export function nameRank(query: string, name: string): 0 | 1 | 2 {
  if (name === query) return 0;
  return name.toLowerCase().startsWith(query.toLowerCase()) ? 1 : 2;
}

/** Sorts matching names, best answers first. */
export function sortNames(names: string[], query: string): string[] {
  return names.sort(
    (a, b) => nameRank(query, a) - nameRank(query, b) || (a < b ? -1 : a > b ? 1 : 0),
  );
}
