/**
 * The tree of names: /metrics/find, /metrics/expand and /metrics/index.json.
 *
 * Source: graphite-web 1.1.8 at work. Deviations: a node that is both a series and a branch is told as
 * both, where graphite-web tells one of them; series with tags stand in the tree by their path; more
 * nodes than the limit are an error, not a shorter list.
 */
import type { Hono } from "hono";
import type { SeriesIndex, TreeNode } from "../../model/index.ts";
import { GraphiteError } from "../../query/graphite/index.ts";
import { checkTree, SelectorError } from "../../query/select/index.ts";
import { withDeadline } from "../deadline.ts";
import { quoted, type WebappEnv } from "../fault.ts";
import type { WebappLimits, WebappParts } from "../parts.ts";
import { addRead, answerJson } from "./answer.ts";
import { allOf, lastOf, wholeOf } from "./parameters.ts";

const nodeCountMax = 20_000;
const nameCountMax = 1_000_000;
const queryCountMax = 50;

export interface MetricsParts {
  readonly parts: Pick<WebappParts, "index" | "clock">;
  readonly limits: Pick<WebappLimits, "answerWaitMs">;
}

export function addMetrics(app: Hono<WebappEnv>, { parts, limits }: MetricsParts): void {
  const { index, clock } = parts;
  const browse = (pattern: string): Promise<readonly TreeNode[]> =>
    browseAll(index, pattern, limits.answerWaitMs);

  addRead(app, ["/metrics/find", "/metrics/find/"], async (context, given) => {
    const query = lastOf(given, "query");
    if (query === "") throw missing("query", "a pattern such as servers.*");
    const format = lastOf(given, "format") || "treejson";
    const hasWildcard = (wholeOf(given, "wildcards") ?? 0) !== 0;
    const isLeavesOnly = (wholeOf(given, "leavesOnly") ?? 0) !== 0;
    const nodes = (await browse(format === "completer" ? completing(query, given) : query)).filter(
      ({ isLeaf }) => isLeaf || !isLeavesOnly,
    );
    switch (format) {
      case "treejson":
        return answerJson(context, treeRows(nodes, query, hasWildcard));
      case "completer":
        return answerJson(context, { metrics: completerRows(nodes, hasWildcard) });
      case "json":
        return answerJson(context, jsonRows(nodes, clock.nowMs()));
      case "nodelist":
        return answerJson(context, { nodes: nodesAt(nodes, wholeOf(given, "position") ?? -1) });
      default:
        throw new GraphiteError(
          "bad-parameter",
          `format is ${quoted(format)}; known are treejson, completer, json, nodelist.`,
        );
    }
  });

  addRead(app, ["/metrics/expand", "/metrics/expand/"], async (context, given) => {
    const queries = allOf(given, "query");
    if (queries.length > queryCountMax) {
      throw new GraphiteError("too-much", `At most ${queryCountMax} queries are taken at once.`);
    }
    const isLeavesOnly = (wholeOf(given, "leavesOnly") ?? 0) !== 0;
    const found: Record<string, string[]> = {};
    for (const query of queries) {
      const nodes = (await browse(query)).filter(({ isLeaf }) => isLeaf || !isLeavesOnly);
      found[query] = nodes.map(({ path }) => path).sort();
    }
    if ((wholeOf(given, "groupByExpr") ?? 0) !== 0) return answerJson(context, { results: found });
    return answerJson(context, { results: [...new Set(Object.values(found).flat())].sort() });
  });

  addRead(app, ["/metrics/index.json"], async (context) => {
    const asked = index.select({ matchers: [], limit: nameCountMax });
    const { names, totalCount } = await withDeadline(asked, "the shards", limits.answerWaitMs);
    if (totalCount > nameCountMax) {
      throw new GraphiteError(
        "too-much",
        `There are ${totalCount} series; at most ${nameCountMax} are listed.`,
      );
    }
    return answerJson(context, names);
  });
}

async function browseAll(
  index: SeriesIndex,
  pattern: string,
  waitMs: number,
): Promise<readonly TreeNode[]> {
  const query = { pattern, limit: nodeCountMax + 1 };
  try {
    checkTree(query);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new GraphiteError("bad-parameter", error.message, { cause: error });
  }
  const nodes = await withDeadline(index.browse(query), "the shards", waitMs);
  if (nodes.length <= nodeCountMax) return nodes;
  throw new GraphiteError(
    "too-much",
    `${quoted(pattern)} finds more than ${nodeCountMax} nodes; ask for fewer.`,
  );
}

function missing(name: string, what: string): GraphiteError {
  return new GraphiteError("bad-parameter", `Parameter ${name} is missing: ${what}.`);
}

/** What somebody has typed so far, as a pattern of how it may go on. */
function completing(typed: string, given: URLSearchParams): string {
  let query = typed.replaceAll("..", "*.");
  if (!query.endsWith("*")) query += "*";
  if ((wholeOf(given, "automatic_variants") ?? 0) === 0) return query;
  return query
    .split(".")
    .map((part) => (part.includes(",") && !part.includes("{") ? `{${part}}` : part))
    .join(".");
}

function nameOf({ path }: TreeNode): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

interface TreeRow {
  readonly text: string;
  readonly id: string;
  readonly allowChildren: 0 | 1;
  readonly expandable: 0 | 1;
  readonly leaf: 0 | 1;
}

/** Branches first; nodes of one name, from different branches, once. */
function treeRows(nodes: readonly TreeNode[], query: string, hasWildcard: boolean): TreeRow[] {
  const base = query.includes(".") ? query.slice(0, query.lastIndexOf(".") + 1) : "";
  const rows = new Map<string, TreeRow>();
  for (const node of nodes) {
    const text = nameOf(node);
    const before = rows.get(text);
    const expandable = node.hasChildren || before?.expandable === 1 ? 1 : 0;
    const leaf = node.isLeaf || before?.leaf === 1 ? 1 : 0;
    rows.set(text, { text, id: base + text, allowChildren: expandable, expandable, leaf });
  }
  const sorted = [...rows.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  const wildcard: TreeRow[] = [];
  if (nodes.length > 1 && hasWildcard) {
    const hasBranch = nodes.some(({ hasChildren }) => hasChildren) ? 1 : 0;
    wildcard.push({
      text: "*",
      id: `${base}*`,
      allowChildren: hasBranch,
      expandable: hasBranch,
      leaf: hasBranch === 1 ? 0 : 1,
    });
  }
  return [
    ...wildcard,
    ...sorted.filter(({ expandable }) => expandable === 1),
    ...sorted.filter(({ expandable }) => expandable === 0),
  ];
}

function completerRows(nodes: readonly TreeNode[], hasWildcard: boolean): Record<string, string>[] {
  const rows: Record<string, string>[] = [];
  for (const node of nodes) {
    const name = nameOf(node);
    if (node.hasChildren) rows.push({ path: `${node.path}.`, name, is_leaf: "0" });
    if (node.isLeaf) rows.push({ path: node.path, name, is_leaf: "1" });
  }
  if (rows.length > 1 && hasWildcard) rows.push({ name: "*" });
  return rows;
}

/** When a series has values is not known without reading it: it may have some at any time up to now. */
function jsonRows(nodes: readonly TreeNode[], nowMs: number): Record<string, unknown>[] {
  return nodes.flatMap(({ path, isLeaf, hasChildren }) => [
    ...(hasChildren ? [{ path, is_leaf: false }] : []),
    ...(isLeaf ? [{ path, is_leaf: true, intervals: [{ start: 0, end: nowMs / 1000 }] }] : []),
  ]);
}

function nodesAt(nodes: readonly TreeNode[], position: number): string[] {
  const found = new Set<string>();
  for (const { path } of nodes) {
    const part = path.split(".").at(position);
    if (part !== undefined) found.add(part);
  }
  return [...found].sort();
}
