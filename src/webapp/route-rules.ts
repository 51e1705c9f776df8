/**
 * Every request that is more than a plain read for everybody: which there are, who may make it, and
 * how long its body may be. Other methods than GET that are not in this table are refused before any
 * route is asked, so nothing that changes something can be added without saying who may do it.
 */

/**
 * "account": needs a session or the admin token. "sign-in": makes or ends a session, from our own
 * pages only. "anyone": changes nothing; it is not a GET because of what it carries. "sender": takes
 * metrics in, as the ports without HTTP do, from anyone but another site's page; the route itself
 * looks at type and length of the body, and answers in its senders' words. "asker": asks something in
 * a form or JSON, in one of the copied APIs; changes nothing, and is not for another site's page either.
 */
export type RouteAccess = "account" | "sign-in" | "anyone" | "sender" | "asker";

export interface RouteRule {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** As the routes write it: ":id" is one part of a path. */
  readonly path: string;
  readonly access: RouteAccess;
  /** 0 takes no body. */
  readonly bodyBytesMax: number;
}

const kib = 1 << 10;
const mib = 1 << 20;

export const routeRules: readonly RouteRule[] = [
  { method: "POST", path: "/kale/similar", access: "anyone", bodyBytesMax: 128 * kib },
  { method: "POST", path: "/kale/collections", access: "account", bodyBytesMax: mib },
  { method: "POST", path: "/kale/collections/import", access: "account", bodyBytesMax: 32 * mib },
  { method: "PUT", path: "/kale/collections/:id", access: "account", bodyBytesMax: mib },
  { method: "DELETE", path: "/kale/collections/:id", access: "account", bodyBytesMax: 0 },
  { method: "POST", path: "/kale/alerts/test", access: "account", bodyBytesMax: 16 * kib },
  { method: "POST", path: "/kale/notes", access: "account", bodyBytesMax: 32 * kib },
  { method: "DELETE", path: "/kale/notes/:id", access: "account", bodyBytesMax: 0 },
  { method: "POST", path: "/kale/views", access: "account", bodyBytesMax: 128 * kib },
  { method: "POST", path: "/kale/views/import", access: "account", bodyBytesMax: 16 * mib },
  { method: "PUT", path: "/kale/views/:id", access: "account", bodyBytesMax: 128 * kib },
  { method: "DELETE", path: "/kale/views/:id", access: "account", bodyBytesMax: 0 },
  { method: "POST", path: "/kale/silences", access: "account", bodyBytesMax: 16 * kib },
  { method: "DELETE", path: "/kale/silences/:id", access: "account", bodyBytesMax: 0 },
  {
    method: "POST",
    path: "/kale/anomalies/:id/feedback",
    access: "account",
    bodyBytesMax: 16 * kib,
  },
  { method: "DELETE", path: "/kale/feedback/:id", access: "account", bodyBytesMax: 0 },
  { method: "PUT", path: "/kale/rules", access: "account", bodyBytesMax: mib },
  { method: "POST", path: "/kale/rules/test", access: "anyone", bodyBytesMax: mib },
  { method: "POST", path: "/kale/session", access: "sign-in", bodyBytesMax: 16 * kib },
  { method: "DELETE", path: "/kale/session", access: "sign-in", bodyBytesMax: 0 },
  { method: "GET", path: "/kale/users", access: "account", bodyBytesMax: 0 },
  { method: "POST", path: "/kale/users", access: "account", bodyBytesMax: 16 * kib },
  { method: "DELETE", path: "/kale/users", access: "account", bodyBytesMax: 0 },
  { method: "GET", path: "/kale/admin/state", access: "account", bodyBytesMax: 0 },
  { method: "POST", path: "/kale/admin/wipe-collections", access: "account", bodyBytesMax: kib },
  { method: "POST", path: "/kale/admin/import", access: "account", bodyBytesMax: kib },
  { method: "POST", path: "/api/v1/write", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/write", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/api/v2/write", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/query", access: "sender", bodyBytesMax: 64 * kib },
  { method: "POST", path: "/v1/metrics", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/api/put", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/api/query", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/api/query/last", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/api/suggest", access: "asker", bodyBytesMax: 64 * kib },
  { method: "POST", path: "/api/search/lookup", access: "asker", bodyBytesMax: 64 * kib },
  { method: "POST", path: "/collectd", access: "sender", bodyBytesMax: 16 * mib },
  { method: "POST", path: "/render", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/render/", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/metrics/find", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/metrics/find/", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/metrics/expand", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/metrics/index.json", access: "asker", bodyBytesMax: kib },
  { method: "POST", path: "/tags/findSeries", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/tags/autoComplete/tags", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/tags/autoComplete/values", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/tags/tagSeries", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/tags/tagMultiSeries", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/tags/delSeries", access: "asker", bodyBytesMax: mib },
  { method: "POST", path: "/events/get_data", access: "asker", bodyBytesMax: kib },
  { method: "POST", path: "/api/v1/query", access: "asker", bodyBytesMax: 256 * kib },
  { method: "POST", path: "/api/v1/query_range", access: "asker", bodyBytesMax: 256 * kib },
  { method: "POST", path: "/api/v1/query_exemplars", access: "asker", bodyBytesMax: 256 * kib },
  { method: "POST", path: "/api/v1/format_query", access: "asker", bodyBytesMax: 256 * kib },
  { method: "POST", path: "/api/v1/labels", access: "asker", bodyBytesMax: 256 * kib },
  { method: "POST", path: "/api/v1/series", access: "asker", bodyBytesMax: 256 * kib },
];

/** @param method  HEAD counts as GET */
export function ruleFor(method: string, path: string): RouteRule | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  return routeRules.find((rule) => rule.method === wanted && matches(rule.path, path));
}

/** For the header Allow: what may be asked of a path besides reading it. */
export function methodsOf(path: string): readonly string[] {
  const others = routeRules.filter((rule) => rule.method !== "GET" && matches(rule.path, path));
  return ["GET", "HEAD", ...others.map(({ method }) => method)];
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const found = path.split("/");
  return (
    wanted.length === found.length &&
    wanted.every((part, i) => (part.startsWith(":") ? found[i] !== "" : part === found[i]))
  );
}
