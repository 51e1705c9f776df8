/** What of a name can be left out of a search, and where the names of an answer are. */

export interface NamePart {
  /** As the server's `exclude` takes it: a part between dots, or a glob. */
  readonly exclude: string;
  readonly label: string;
}

/** Every part between dots, every tag, and the name itself. */
export function partsToLeaveOut(name: string): NamePart[] {
  const cut = name.indexOf(";");
  const path = cut < 0 ? name : name.slice(0, cut);
  const tags = cut < 0 ? [] : name.slice(cut + 1).split(";");
  const parts = [...new Set(path.split("."))]
    .filter((part) => part !== "")
    .map((part) => ({ exclude: part, label: part }));
  const ofTags = [...new Set(tags)]
    .filter((tag) => tag !== "")
    .map((tag) => ({ exclude: `*;${tag}*`, label: tag }));
  const whole = parts.length + ofTags.length > 1 ? [{ exclude: name, label: "only this one" }] : [];
  return [...parts, ...ofTags, ...whole];
}

/** How many names begin with each first part; most first, then by name. */
export function countsByFirstPart(names: readonly string[]): [part: string, count: number][] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const part = name.split(/[.;]/, 1)[0] ?? "";
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}
