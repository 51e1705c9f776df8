/**
 * Which part of a name to dim: what it has in common with its neighbours in a list tells nothing,
 * and what is left tells them apart. Cuts only at dots, never the whole name.
 */

export interface NameParts {
  /** Dimmed; ends in a dot, or is empty. */
  readonly common: string;
  /** What tells this name from the others. */
  readonly own: string;
  /** ";host=fe1", or empty. */
  readonly tags: string;
}

/** A name on its own: its first word is dimmed if two or more follow. */
export function partsOfName(name: string): NameParts {
  const { path, tags } = withoutTags(name);
  const dots = path.split(".").length - 1;
  const cut = dots >= 2 ? path.indexOf(".") + 1 : 0;
  return { common: path.slice(0, cut), own: path.slice(cut), tags };
}

/** Names together: each without the longest prefix that it shares with another one. */
export function partsOfNames(names: readonly string[]): Map<string, NameParts> {
  const paths = [...new Set(names.map((name) => withoutTags(name).path))].sort();
  const cuts = new Map<string, number>();
  for (const [i, path] of paths.entries()) {
    const shared = Math.max(
      sharedPrefixLength(path, paths[i - 1] ?? ""),
      sharedPrefixLength(path, paths[i + 1] ?? ""),
      partsOfName(path).common.length,
    );
    cuts.set(path, shared);
  }
  return new Map(
    names.map((name) => {
      const { path, tags } = withoutTags(name);
      const cut = cuts.get(path) ?? 0;
      return [name, { common: path.slice(0, cut), own: path.slice(cut), tags }];
    }),
  );
}

/** Up to and with the last dot before the first difference. */
function sharedPrefixLength(a: string, b: string): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  if (same === a.length) same -= 1;
  return a.lastIndexOf(".", Math.max(0, same - 1)) + 1;
}

function withoutTags(name: string): { path: string; tags: string } {
  const cut = name.indexOf(";");
  return cut < 0 ? { path: name, tags: "" } : { path: name.slice(0, cut), tags: name.slice(cut) };
}
