/**
 * Counts series by the parts of their names: by the first one to four parts of the path, by each tag with
 * its value, and by each tag. So the host, the label or the prefix that exploded stands at the top.
 *
 * At most `partCountMax` different parts are kept: beyond it the rarer half of them is let go of, again and
 * again where need be (lossy counting: Manku, Motwani, "Approximate Frequency Counts over Data Streams",
 * VLDB 2002). What many series share is never among those.
 */
import type { Steps } from "../../base/steps.ts";
import type { CardinalityReport, NamePartCount, NamePartKind } from "../../model/index.ts";
import { pathOf, tagsOf } from "./series-parts.ts";

const depthMax = 4;
const partCountMax = 100_000;
const namesPerStep = 32;
/** Of each order, from each shard. */
const topCount = 200;
const hourMs = 3_600_000;
/** The window moves in steps, so an old series may have lost a little more than a whole one. */
const wholeWindowShare = 0.9;

export interface DatedName {
  readonly name: string;
  /** Of its oldest sample; Infinity where it has none, NaN where nobody knows. */
  readonly oldestMs: number;
}

interface Part {
  readonly kind: NamePartKind;
  readonly text: string;
  seriesCount: number;
  newHourCount: number;
  newDayCount: number;
  valueCount: number;
}

export function* countNameParts(
  names: Iterable<DatedName>,
  { nowMs, windowMs }: { readonly nowMs: number; readonly windowMs: number },
): Steps<CardinalityReport> {
  const table = new PartTable();
  let seriesCount = 0;
  for (const { name, oldestMs } of names) {
    if (++seriesCount % namesPerStep === 0) yield;
    const isNewHour = oldestMs >= nowMs - hourMs;
    const isNewDay = oldestMs >= nowMs - wholeWindowShare * windowMs;
    for (const { kind, text, parent } of partsOf(name)) {
      const part = table.count(kind, text, parent);
      if (isNewHour) part.newHourCount += 1;
      if (isNewDay) part.newDayCount += 1;
    }
    if (table.isCrowded) table.prune();
  }
  return { seriesCount, isWhole: table.isWhole, parts: topParts(table.parts(), topCount) };
}

/** Adds up what the shards counted; `limit` of each order. */
export function mergeCardinality(
  reports: readonly CardinalityReport[],
  limit: number,
): CardinalityReport {
  const byKey = new Map<string, Part>();
  for (const part of reports.flatMap(({ parts }) => parts)) {
    const key = `${part.kind} ${part.text}`;
    const sum = byKey.get(key);
    if (sum === undefined) byKey.set(key, { ...part });
    else {
      sum.seriesCount += part.seriesCount;
      sum.newHourCount += part.newHourCount;
      sum.newDayCount += part.newDayCount;
      // Each shard has its share of the series, and of the values those it has series of.
      sum.valueCount = Math.max(sum.valueCount, part.valueCount);
    }
  }
  return {
    seriesCount: reports.reduce((sum, report) => sum + report.seriesCount, 0),
    isWhole: reports.every(({ isWhole }) => isWhole),
    parts: topParts([...byKey.values()], limit),
  };
}

class PartTable {
  readonly #parts = new Map<string, Part>();
  #isWhole = true;

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isCrowded(): boolean {
    return this.#parts.size > partCountMax;
  }

  parts(): Part[] {
    return [...this.#parts.values()];
  }

  /** @param parent  key of the part that this is a value of, or a child */
  count(kind: NamePartKind, text: string, parent: string | undefined): Part {
    const key = `${kind} ${text}`;
    let part = this.#parts.get(key);
    if (part === undefined) {
      part = { kind, text, seriesCount: 0, newHourCount: 0, newDayCount: 0, valueCount: 0 };
      this.#parts.set(key, part);
      const owner = parent === undefined ? undefined : this.#parts.get(parent);
      if (owner !== undefined) owner.valueCount += 1;
    }
    part.seriesCount += 1;
    return part;
  }

  /** Lets go of the rarer half. */
  prune(): void {
    this.#isWhole = false;
    const counts = Float64Array.from(this.#parts.values(), ({ seriesCount }) => seriesCount).sort();
    const least = counts[counts.length >> 1]!;
    for (const [key, { seriesCount }] of this.#parts)
      if (seriesCount <= least) this.#parts.delete(key);
  }
}

interface NamePart {
  readonly kind: NamePartKind;
  readonly text: string;
  readonly parent: string | undefined;
}

/** A parent comes before its children. */
function partsOf(name: string): NamePart[] {
  const path = pathOf(name);
  const parts: NamePart[] = [];
  let parent: string | undefined;
  for (let depth = 0, end = path.indexOf("."); depth < depthMax && end >= 0; depth++) {
    const text = path.slice(0, end);
    parts.push({ kind: "path", text, parent });
    parent = `path ${text}`;
    end = path.indexOf(".", end + 1);
  }
  for (const { key, value } of tagsOf(name)) {
    parts.push({ kind: "tag-key", text: key, parent: undefined });
    parts.push({ kind: "tag", text: `${key}=${value}`, parent: `tag-key ${key}` });
  }
  return parts;
}

function topParts(parts: readonly Part[], limit: number): NamePartCount[] {
  const chosen = new Set<Part>();
  const orders: ((part: Part) => number)[] = [
    (part) => part.seriesCount,
    (part) => part.newHourCount,
    (part) => part.newDayCount,
    (part) => part.valueCount,
  ];
  for (const of of orders) {
    const sorted = parts
      .filter((part) => of(part) > 0)
      .sort((a, b) => of(b) - of(a) || (a.text < b.text ? -1 : 1));
    for (const part of sorted.slice(0, limit)) chosen.add(part);
  }
  return [...chosen].sort((a, b) => b.seriesCount - a.seriesCount || (a.text < b.text ? -1 : 1));
}
