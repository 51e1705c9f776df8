/**
 * Tags of series: /tags and below. The path of a series is its tag "name".
 *
 * Source: the manual, "Graphite Tag Support". Deviations: series without tags are found by their name
 * too; tags are not written here, since a series has those in its name.
 */
import type { Hono } from "hono";
import type { SeriesMatcher, TagCount } from "../../model/index.ts";
import { compilePattern, GraphiteError, parseTagExpressions } from "../../query/graphite/index.ts";
import { checkSelector, SelectorError } from "../../query/select/index.ts";
import { withDeadline } from "../deadline.ts";
import type { WebappEnv } from "../fault.ts";
import type { WebappLimits, WebappParts } from "../parts.ts";
import { addRead, answerError, answerJson } from "./answer.ts";
import { allOf, lastOf, wholeOf } from "./parameters.ts";

const tagCountMax = 100_000;
const nameCountMax = 100_000;
const completionDefault = 100;

export interface TagsParts {
  readonly parts: Pick<WebappParts, "index">;
  readonly limits: Pick<WebappLimits, "answerWaitMs">;
}

export function addTags(app: Hono<WebappEnv>, { parts, limits }: TagsParts): void {
  const { index } = parts;
  const wait = <Value>(work: Promise<Value>): Promise<Value> =>
    withDeadline(work, "the shards", limits.answerWaitMs);
  const count = (query: {
    readonly tag?: string;
    readonly matchers?: readonly SeriesMatcher[];
    readonly prefix?: string;
    readonly limit?: number;
  }): Promise<readonly TagCount[]> =>
    wait(index.countTags({ matchers: [], prefix: "", limit: tagCountMax, ...query }));

  addRead(app, ["/tags/findSeries"], async (context, given) => {
    const matchers = matchersOf(given);
    if (matchers.length === 0) {
      throw new GraphiteError("bad-parameter", "Parameter expr is missing: tag expressions.");
    }
    const { names, totalCount } = await wait(index.select({ matchers, limit: nameCountMax }));
    if (totalCount > nameCountMax) {
      throw new GraphiteError(
        "too-much",
        `${totalCount} series match; at most ${nameCountMax} are listed.`,
      );
    }
    return answerJson(context, names);
  });

  addRead(app, ["/tags/autoComplete/tags"], async (context, given) => {
    const matchers = matchersOf(given);
    const prefix = lastOf(given, "tagPrefix");
    const asked = new Set(matchers.map(({ key }) => key));
    const limit = limitOf(given, completionDefault);
    const found = await count({ matchers, prefix, limit: limit + asked.size });
    const tags = withName(
      found.map(({ text }) => text),
      prefix,
    ).filter((tag) => !asked.has(tag));
    return answerJson(context, tags.slice(0, limit));
  });

  addRead(app, ["/tags/autoComplete/values"], async (context, given) => {
    const tag = lastOf(given, "tag");
    if (tag === "") throw new GraphiteError("bad-parameter", "Parameter tag is missing.");
    const prefix = lastOf(given, "valuePrefix");
    const limit = limitOf(given, completionDefault);
    const found = await count({ tag, matchers: matchersOf(given), prefix, limit });
    return answerJson(
      context,
      found.map(({ text }) => text),
    );
  });

  for (const path of ["/tags/tagSeries", "/tags/tagMultiSeries", "/tags/delSeries"]) {
    app.post(path, (context) =>
      answerError(
        context,
        405,
        "Tags are not written here: a series has those in its name, as in disk.used;host=fe1.",
      ),
    );
  }

  addRead(app, ["/tags", "/tags/"], async (context, given) => {
    const found = await count({});
    const tags = withName(
      found.map(({ text }) => text),
      "",
    ).filter(filterOf(given));
    const limit = limitOf(given, tagCountMax);
    return answerJson(
      context,
      tags.slice(0, limit).map((tag, i) => ({ id: i + 1, tag })),
    );
  });

  addRead(app, ["/tags/:tag"], async (context, given) => {
    const tag = context.req.param("tag") ?? "";
    const passes = filterOf(given);
    const values = (await count({ tag })).filter(({ text }) => passes(text));
    if (values.length === 0) return answerJson(context, null);
    const rows = values.slice(0, limitOf(given, tagCountMax));
    return answerJson(context, {
      id: 1,
      tag,
      values: rows.map(({ text, seriesCount }, i) => ({
        id: i + 1,
        value: text,
        count: seriesCount,
      })),
    });
  });
}

/** The path counts as a tag of its own. */
function withName(tags: readonly string[], prefix: string): string[] {
  return "name".startsWith(prefix) ? [...tags, "name"].sort() : [...tags];
}

function matchersOf(given: URLSearchParams): SeriesMatcher[] {
  const expressions = allOf(given, "expr");
  if (expressions.length === 0) return [];
  const matchers = parseTagExpressions(expressions);
  try {
    checkSelector(matchers);
    return matchers;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new GraphiteError("bad-parameter", error.message, { cause: error });
  }
}

/** A regular expression that has to match from the beginning. */
function filterOf(given: URLSearchParams): (text: string) => boolean {
  const filter = lastOf(given, "filter");
  if (filter === "") return () => true;
  const pattern = compilePattern(filter.startsWith("^") ? filter : `^(${filter})`);
  return (text) => pattern.isFoundIn(text);
}

function limitOf(given: URLSearchParams, fallback: number): number {
  return Math.max(0, Math.min(tagCountMax, wholeOf(given, "limit") ?? fallback));
}
