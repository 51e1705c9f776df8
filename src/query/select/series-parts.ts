/**
 * The path and the tags of a name in its one spelling, see model/series-name.ts:
 *
 *     path ( ";" key "=" value )*
 *
 * Keys hold neither ";" nor "=", values no ";". So `;key=` stands where that tag begins, and nowhere
 * else.
 */

/** The key by which conditions speak of the path. */
export const pathKey = "name";

/** The key by which values of any tag are counted. */
export const anyTagKey = "*";

const semicolon = 59;

export interface SeriesTag {
  readonly key: string;
  readonly value: string;
}

/** What stands before the tags. */
export function pathOf(name: string): string {
  const cut = name.indexOf(";");
  return cut < 0 ? name : name.slice(0, cut);
}

/** The value of a tag, or the path for "name"; "" where the series does not have it. */
export function partOf(name: string, key: string): string {
  return key === pathKey ? pathOf(name) : tagAt(name, `;${key}=`);
}

/** @param mark  `;key=` */
export function tagAt(name: string, mark: string): string {
  const at = name.indexOf(mark);
  if (at < 0) return "";
  const from = at + mark.length;
  const end = name.indexOf(";", from);
  return end < 0 ? name.slice(from) : name.slice(from, end);
}

/** Sorted by key. */
export function tagsOf(name: string): SeriesTag[] {
  const tags: SeriesTag[] = [];
  for (let at = name.indexOf(";"); at >= 0;) {
    const next = name.indexOf(";", at + 1);
    const equals = name.indexOf("=", at + 1);
    const end = next < 0 ? name.length : next;
    if (equals > at && equals < end) {
      tags.push({ key: name.slice(at + 1, equals), value: name.slice(equals + 1, end) });
    }
    at = next;
  }
  return tags;
}

export function hasPath(name: string, path: string): boolean {
  return (
    name.startsWith(path) &&
    (name.length === path.length || name.charCodeAt(path.length) === semicolon)
  );
}
