/** /functions: what can be called in a target, for editors such as Grafana's; and /version. */
import type { Hono } from "hono";
import { type FunctionInfo, functionInfos, infinityJson } from "../../query/graphite/index.ts";
import type { WebappContext, WebappEnv } from "../fault.ts";
import { addRead, answerError } from "./answer.ts";
import { lastOf } from "./parameters.ts";

/** Of the graphite-web that the answers are equal to; clients choose by it what they ask. */
const graphiteVersion = "1.1.8";

export function addFunctions(app: Hono<WebappEnv>): void {
  addRead(app, ["/functions", "/functions/"], (context, given) => {
    const group = lastOf(given, "group");
    const isGrouped = ["1", "true"].includes(lastOf(given, "grouped").toLowerCase());
    // Of functions for pie charts there are none.
    const infos = lastOf(given, "type") === "pie" ? [] : Object.values(functionInfos());
    const found = infos.filter((info) => group === "" || info.group === group);
    return answerInfo(context, isGrouped ? byGroup(found) : byName(found));
  });

  addRead(app, ["/functions/:name"], (context) => {
    const name = context.req.param("name") ?? "";
    const infos = functionInfos();
    if (Object.hasOwn(infos, name)) return answerInfo(context, infos[name]);
    return answerError(context, 404, `There is no function of that name: ${JSON.stringify(name)}.`);
  });

  addRead(app, ["/version", "/version/"], (context) => context.text(`${graphiteVersion}\n`));
}

function answerInfo(context: WebappContext, value: unknown): Response {
  return context.body(infinityJson(value), 200, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
  });
}

function byName(infos: readonly FunctionInfo[]): Record<string, FunctionInfo> {
  return Object.fromEntries(infos.map((info) => [info.name, info]));
}

function byGroup(infos: readonly FunctionInfo[]): Record<string, Record<string, FunctionInfo>> {
  const groups: Record<string, Record<string, FunctionInfo>> = {};
  for (const info of infos) (groups[info.group] ??= {})[info.name] = info;
  return groups;
}
