/** What may be asked of the names of all series. */

export interface NameQuery {
  /** Glob or part of a name, see `nameMatcher`; "" is every name. */
  readonly query: string;
  readonly limit: number;
}

export interface NamePage {
  /** Exact name first, then names that begin with the text, then the rest; each part sorted. */
  readonly names: readonly string[];
  /** How many match in all. */
  readonly totalCount: number;
}

/**
 * One condition on a series. The key "name" is the path before the tags; a tag that a series does
 * not have counts as "", as it does for Graphite and Prometheus.
 */
export interface SeriesMatcher {
  readonly key: string;
  readonly test: SeriesTest;
  readonly value: string;
}

export type SeriesTest =
  | "equal"
  | "unequal"
  /** Regular expression in RE2's syntax over the whole value; takes time linear in it. */
  | "match"
  | "mismatch"
  /** Pattern of Graphite's: `*`, `?`, `[a-c]`, `{a,b}`, none of which crosses a dot. */
  | "glob"
  /** Pattern in which `*` stands for any text, as in OpenTSDB's "wildcard". */
  | "wildcard";

/** Series that pass every condition; without one, all of them. */
export interface SeriesSelector {
  readonly matchers: readonly SeriesMatcher[];
  readonly limit: number;
}

export interface TreeQuery {
  /** Glob with as many dotted parts as the nodes asked for, e.g. "servers.*.cpu" */
  readonly pattern: string;
  readonly limit: number;
}

/** A node of the tree that the dotted paths make. It may be both a series and a branch. */
export interface TreeNode {
  readonly path: string;
  readonly isLeaf: boolean;
  readonly hasChildren: boolean;
}

export interface TagQuery {
  /**
   * What is counted: the values of this tag, of any tag for "*", of the path for "name"; undefined
   * counts the tags themselves, "name" not among them.
   */
  readonly tag?: string | undefined;
  readonly matchers: readonly SeriesMatcher[];
  /** Only those that begin with it. */
  readonly prefix: string;
  readonly limit: number;
}

export interface TagCount {
  /** A tag's name, or one of its values. */
  readonly text: string;
  /** How many series have it. */
  readonly seriesCount: number;
}

/** What the query languages ask of the names; answers are sorted by text, and cut at the limit. */
export interface SeriesIndex {
  select(selector: SeriesSelector): Promise<NamePage>;
  browse(query: TreeQuery): Promise<readonly TreeNode[]>;
  countTags(query: TagQuery): Promise<readonly TagCount[]>;
}
