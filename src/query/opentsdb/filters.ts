/**
 * OpenTSDB's filters of tag values, and what they are as conditions of the series index.
 *
 * A filter but `not_key` wants the tag to be there. Source: opentsdb.net, "User Guide: filters" (2.4).
 * Deviation: a regular expression is RE2's, so there is no looking around and no counting back to a
 * group; it may match any part of the value, as OpenTSDB's does.
 */
import type { SeriesMatcher } from "../../model/index.ts";
import { pathKey, quoteExpression, selectorFault } from "../select/index.ts";
import { type FaultKeeper, quoted } from "./fault-keeper.ts";

export interface TagFilter {
  readonly tagKey: string;
  readonly type: FilterType;
  /** What stands in the brackets. */
  readonly text: string;
  readonly isGroupBy: boolean;
}

export interface FilterDescription {
  readonly examples: string;
  readonly description: string;
}

/** By name; what /api/config/filters tells. */
export const filterTypes = {
  iliteral_or: {
    examples: "host=iliteral_or(web01), host=iliteral_or(web01|web02)",
    description: "One of the values between bars, in capitals or not.",
  },
  iwildcard: {
    examples: "host=iwildcard(web*), host=iwildcard(*.lga.example.com)",
    description: "A pattern in which * stands for any text, in capitals or not.",
  },
  literal_or: {
    examples: "host=literal_or(web01), host=literal_or(web01|web02)",
    description: "One of the values between bars.",
  },
  not_iliteral_or: {
    examples: "host=not_iliteral_or(web01), host=not_iliteral_or(web01|web02)",
    description: "A value that is none of those between bars, in capitals or not.",
  },
  not_key: {
    examples: "host=not_key()",
    description: "Series that do not have the tag at all.",
  },
  not_literal_or: {
    examples: "host=not_literal_or(web01), host=not_literal_or(web01|web02)",
    description: "A value that is none of those between bars.",
  },
  regexp: {
    examples: "host=regexp(web[0-9]+), host=regexp(^web.*[.]lga[.])",
    description: "A regular expression in RE2's syntax that matches some part of the value.",
  },
  wildcard: {
    examples: "host=wildcard(web*), host=wildcard(*.lga.example.com)",
    description: "A pattern in which * stands for any text.",
  },
} as const satisfies Readonly<Record<string, FilterDescription>>;

export type FilterType = keyof typeof filterTypes;

export function isFilterType(name: string): name is FilterType {
  return Object.hasOwn(filterTypes, name);
}

/**
 * Reads a value of the map "tags", or what stands behind "=" in a URL: `*`, `web*`, `a|b`, or a
 * filter with its name and brackets.
 */
export function parseFilter(
  tagKey: string,
  text: string,
  isGroupBy: boolean,
  faults: FaultKeeper,
): TagFilter {
  const bracket = text.indexOf("(");
  if (bracket >= 0 && text.endsWith(")")) {
    const type = text.slice(0, bracket).toLowerCase();
    const filter = filterOf({ tagKey, type, text: text.slice(bracket + 1, -1), isGroupBy }, faults);
    return filter;
  }
  const type = text.includes("*") ? "wildcard" : "literal_or";
  return filterOf({ tagKey, type, text, isGroupBy }, faults);
}

export interface FilterParts {
  readonly tagKey: string;
  readonly type: string;
  readonly text: string;
  readonly isGroupBy: boolean;
}

export function filterOf(
  { tagKey, type, text, isGroupBy }: FilterParts,
  faults: FaultKeeper,
): TagFilter {
  if (tagKey === "") faults.keep("A filter has no tag key.");
  if (!isFilterType(type)) {
    const known = Object.keys(filterTypes).join(", ");
    faults.keep(`No such filter: ${quoted(type)}; there are ${known}.`);
    return { tagKey, type: "literal_or", text, isGroupBy };
  }
  if (text === "" && type !== "not_key")
    faults.keep(`The filter of tag ${quoted(tagKey)} is empty.`);
  if (text !== "" && type === "not_key") {
    faults.keep(`The filter not_key of tag ${quoted(tagKey)} takes nothing between its brackets.`);
  }
  if (type === "regexp") {
    const fault = selectorFault([{ key: tagKey, test: "match", value: text }]);
    if (fault !== undefined) faults.keep(fault.message);
  }
  return { tagKey, type, text, isGroupBy };
}

export function matchersOf(metric: string, filters: readonly TagFilter[]): SeriesMatcher[] {
  const ofMetric: SeriesMatcher = { key: pathKey, test: "equal", value: metric };
  return [ofMetric, ...filters.flatMap(filterMatchers)];
}

function filterMatchers({ tagKey, type, text }: TagFilter): SeriesMatcher[] {
  const key = tagKey;
  const isThere: SeriesMatcher = { key, test: "unequal", value: "" };
  const words = text.split("|").map(quoteExpression).join("|");
  switch (type) {
    case "literal_or":
      return [isThere, { key, test: "match", value: words }];
    case "iliteral_or":
      return [isThere, { key, test: "match", value: `(?i:${words})` }];
    case "not_literal_or":
      return [isThere, { key, test: "mismatch", value: words }];
    case "not_iliteral_or":
      return [isThere, { key, test: "mismatch", value: `(?i:${words})` }];
    case "wildcard":
      return [isThere, { key, test: "wildcard", value: text }];
    case "iwildcard": {
      const pieces = text.split("*").map(quoteExpression);
      return [isThere, { key, test: "match", value: `(?i:${pieces.join(".*")})` }];
    }
    case "regexp":
      return [isThere, { key, test: "match", value: `.*(?:${text}).*` }];
    case "not_key":
      return [{ key, test: "equal", value: "" }];
  }
}
