/** Which metrics a route or a silence speaks of. Patterns take time linear in the name. */
import { RE2JS } from "re2js";
import { nameMatcher, wholeNameMatcher } from "../model/index.ts";
import type { AlertMatch } from "./alert-config.ts";

export type MetricTest = (name: string) => boolean;

/** @param match  its pattern compiles, see read-config.ts */
export function metricTest({ metric, pattern, tags }: AlertMatch): MetricTest {
  const isNamed = nameMatcher(metric);
  const expression = pattern === "" ? undefined : RE2JS.compile(pattern);
  const tagTests = Object.entries(tags).map(([tag, glob]) => ({
    tag,
    test: wholeNameMatcher(glob),
  }));
  return (name) =>
    isNamed(name) &&
    (expression === undefined || expression.matcher(name).find()) &&
    tagTests.every(({ tag, test }) => test(tagOf(name, tag)));
}

/** "" where the series does not have the tag. */
function tagOf(name: string, tag: string): string {
  const found = name
    .split(";")
    .slice(1)
    .find((part) => part.startsWith(`${tag}=`));
  return found?.slice(tag.length + 1) ?? "";
}
