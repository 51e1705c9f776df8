/** What the names of all series have in common, and how many series share it: where the memory goes. */

/** "path": the first parts of dotted paths. "tag": a tag with one value. "tag-key": a tag, whatever its value. */
export type NamePartKind = "path" | "tag" | "tag-key";

export interface NamePartCount {
  readonly kind: NamePartKind;
  /** e.g. "servers.web", "host=web1", "host" */
  readonly text: string;
  readonly seriesCount: number;
  /** Of `seriesCount`, those without a sample that is older than an hour. */
  readonly newHourCount: number;
  /** Of `seriesCount`, those that have not been there for the whole window, a day mostly. */
  readonly newDayCount: number;
  /** Different values of a tag-key; how many different parts follow a path, as far as counted; 1 else. */
  readonly valueCount: number;
}

export interface CardinalityReport {
  readonly seriesCount: number;
  /** False where there were so many different parts that those of few series were left out. */
  readonly isWhole: boolean;
  /** Those of most series, and those that grew the most; most series first. */
  readonly parts: readonly NamePartCount[];
}

export interface CardinalityReader {
  cardinality(): Promise<CardinalityReport>;
}
