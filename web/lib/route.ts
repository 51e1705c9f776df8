/**
 * Which page an address means, and the address of a page.
 *
 *     /            Now                     /history   anomalies that ended
 *     /a/ID        Now, one selected       /sources   what arrives
 *     /m/NAME      one metric              /status    how Kale itself is doing
 *     /alerts      who is told of what     /admin     users, and what only they may do
 *     /explore     find a metric             /rules     what matters enough to be told
 *     /feedback    what people said of anomalies
 *     /graph       any expression, or small graphs of a branch or tag: graph-target.ts
 *     /oculus      what moved like this    /help      what all of this does
 *     /collections, /collections/ID        what was saved from it
 *     /views, /views/ID                    graphs that were saved under a name
 *
 * NAME is percent-encoded whole: names of series hold slashes, semicolons and anything else.
 */

export type Route =
  | { readonly page: "now"; readonly anomalyId: string | null }
  | { readonly page: "metric"; readonly name: string }
  | { readonly page: "similar" }
  | { readonly page: "collections" }
  | { readonly page: "collection"; readonly id: string }
  | { readonly page: "explore" }
  | { readonly page: "graph" }
  | { readonly page: "views" }
  | { readonly page: "view"; readonly id: string }
  | { readonly page: "history" }
  | { readonly page: "sources" }
  | { readonly page: "status" }
  | { readonly page: "alerts" }
  | { readonly page: "rules" }
  | { readonly page: "feedback" }
  | { readonly page: "admin" }
  | { readonly page: "help" }
  | { readonly page: "unknown" };

/** Of a page whose script is loaded by itself: load-other-pages.ts. */
export type OtherRoute = Exclude<Route, { readonly page: "similar" | "unknown" }>;

export type PageName = Route["page"];

const plainPages: Readonly<
  Record<string, Exclude<PageName, "now" | "metric" | "collection" | "view">>
> = {
  oculus: "similar",
  // The original's, for links to it.
  search: "similar",
  collections: "collections",
  explore: "explore",
  graph: "graph",
  views: "views",
  history: "history",
  sources: "sources",
  status: "status",
  alerts: "alerts",
  rules: "rules",
  feedback: "feedback",
  admin: "admin",
  help: "help",
};

export function parsePath(path: string): Route {
  if (path === "/") return { page: "now", anomalyId: null };
  const [, head = "", ...rest] = path.split("/");
  const argument = decode(rest.join("/"));
  if (head === "a" && argument !== "") return { page: "now", anomalyId: argument };
  if (head === "m" && argument !== "") return { page: "metric", name: argument };
  if (head === "collections" && argument !== "") return { page: "collection", id: argument };
  if (head === "views" && argument !== "") return { page: "view", id: argument };
  const page = Object.hasOwn(plainPages, head) ? plainPages[head] : undefined;
  if (page !== undefined && rest.join("") === "") return { page };
  return { page: "unknown" };
}

export function anomalyPath(id: string): string {
  return `/a/${encodeURIComponent(id)}`;
}

export function metricPath(name: string): string {
  return `/m/${encodeURIComponent(name)}`;
}

export function collectionPath(id: string): string {
  return `/collections/${encodeURIComponent(id)}`;
}

export function viewPath(id: string): string {
  return `/views/${encodeURIComponent(id)}`;
}

/** `path` with the parameters that are not undefined. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(key, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray '%' typed by hand: the name as it stands.
  }
}
