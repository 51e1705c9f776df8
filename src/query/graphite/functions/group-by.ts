/** Functions that sort series into groups by parts of their names or tags, and combine each group. */
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError, quoted } from "../errors.ts";
import { type Series, tagsOfName } from "../series.ts";
import { type Value, valueText } from "../values.ts";
import { aggregateList } from "./aggregate-list.ts";
import { alsoCalled, define, optional, required, seriesList } from "./define.ts";
import { grouped, keyOf } from "./nodes.ts";

const groupByNode = define(
  "groupByNode",
  "Combine",
  "Combines series that have one part of the name in common, and calls the result by it.",
  [
    seriesList,
    required("nodeNum", "nodeOrTag"),
    optional("callback", "aggOrSeriesFunc", { default: "average" }),
  ],
  (call) => byNodes(call, call.text(2), [call.value(1)]),
);

const groupByNodes = define(
  "groupByNodes",
  "Combine",
  "Combines series that have some parts of the name in common, and calls the result by them.",
  [
    seriesList,
    required("callback", "aggOrSeriesFunc"),
    optional("nodes", "nodeOrTag", { multiple: true }),
  ],
  (call) => byNodes(call, call.text(1), call.rest(2)),
);

async function byNodes(call: Call, callback: string, nodes: readonly Value[]): Promise<Series[]> {
  const made: Series[] = [];
  for (const [name, group] of grouped(call.list(), (series) => keyOf(series, nodes))) {
    const series = await combined(call, callback, group);
    if (series !== undefined) made.push({ ...series, name });
  }
  return made;
}

async function combined(
  call: Call,
  callback: string,
  list: readonly Series[],
): Promise<Series | undefined> {
  if (!call.evaluator.isAggregator(callback)) {
    return aggregateList(list, callback, call.scope.xFilesFactor);
  }
  const [first] = await call.evaluator.apply(callback, [{ kind: "series", list }]);
  return first;
}

const groupByTags = define(
  "groupByTags",
  "Combine",
  "Combines series that have some tags in common, and names the result by them.",
  [
    seriesList,
    required("callback", "aggOrSeriesFunc"),
    required("tags", "tag", { multiple: true }),
  ],
  async (call) => {
    const list = call.list();
    const callback = call.text(1);
    const tags = call.rest(2).map(valueText);
    const names = new Set(list.map((series) => series.tags.get("name") ?? series.name));
    const [only = callback] = names.size === 1 ? names : [];
    const shown = tags.filter((tag) => tag !== "name");
    const keyOfSeries = (series: Series): string => {
      const name = tags.includes("name") ? (series.tags.get("name") ?? series.name) : only;
      return [name, ...shown.map((tag) => `${tag}=${series.tags.get(tag) ?? ""}`).sort()].join(";");
    };
    const made: Series[] = [];
    for (const [key, group] of grouped(list, keyOfSeries)) {
      const series = await combined(call, callback, group);
      if (series === undefined) continue;
      made.push({ ...series, name: key, pathExpression: key, tags: tagsOfName(key) });
    }
    return made;
  },
);

const mapSeries = define(
  "mapSeries",
  "Combine",
  "Sorts series into lists by parts of the name, for reduceSeries().",
  [seriesList, required("mapNodes", "nodeOrTag", { multiple: true })],
  (call) => {
    const nodes = call.rest(1);
    const groups = grouped(call.list(), (series) => keyOf(series, nodes));
    return { kind: "lists", lists: [...groups.values()] };
  },
);

const reduceSeries = define(
  "reduceSeries",
  "Combine",
  "Applies a function to each list of mapSeries(), with the series that match as its arguments.",
  [
    required("seriesLists", "seriesLists"),
    required("reduceFunction", "string"),
    required("reduceNode", "node"),
    required("reduceMatchers", "string", { multiple: true }),
  ],
  async (call) => {
    const lists = call.value(0);
    const functionName = call.text(1);
    const node = call.number(2);
    const matchers = call.rest(3).map(valueText);
    const found = new Map<string, Map<string, Series>>();
    for (const series of lists.kind === "lists" ? lists.lists.flat() : []) {
      const parts = series.name.split(".");
      const part = parts.at(node);
      if (part === undefined || !matchers.includes(part)) continue;
      const name = `${parts.slice(0, node).join(".")}.reduce.${functionName}`;
      const matched = found.get(name) ?? new Map<string, Series>();
      found.set(name, matched.set(part, series));
    }
    const made: Series[] = [];
    for (const [name, matched] of found) {
      const args = matchers.map((matcher): Value => {
        const series = matched.get(matcher);
        if (series !== undefined) return { kind: "series", list: [series] };
        throw new GraphiteError(
          "bad-argument",
          `${quoted(name)} has no series ${quoted(matcher)}.`,
        );
      });
      const [first] = await call.evaluator.apply(functionName, args);
      if (first !== undefined) made.push({ ...first, name });
    }
    return made;
  },
);

const applyByNode = define(
  "applyByNode",
  "Combine",
  "Evaluates a target for each beginning of the names, which stands in it as %.",
  [
    seriesList,
    required("nodeNum", "node"),
    required("templateFunction", "string"),
    optional("newName", "string"),
  ],
  async (call) => {
    const list = call.list();
    const last = list.at(-1);
    if (last === undefined) return [];
    const node = call.number(1);
    const prefixes = new Set(
      list.map(({ name }) =>
        name
          .split(".")
          .slice(0, node + 1)
          .join("."),
      ),
    );
    const newName = call.optionalText(3);
    const made: Series[] = [];
    for (const prefix of [...prefixes].sort()) {
      const target = call.text(2).replaceAll("%", () => prefix);
      for (const series of await call.evaluator.target(target, { ...call.scope })) {
        const name = newName === undefined ? series.name : newName.replaceAll("%", () => prefix);
        const { start, end } = last;
        made.push({ ...series, name, pathExpression: prefix, start, end });
      }
    }
    return made;
  },
);

export const groupFunctions: readonly GraphiteFunction[] = [
  groupByNode,
  groupByNodes,
  groupByTags,
  mapSeries,
  alsoCalled("map", mapSeries),
  reduceSeries,
  alsoCalled("reduce", reduceSeries),
  applyByNode,
];
