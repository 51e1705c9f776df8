/**
 * Where the reader is: path and query, kept in the browser's history so that back restores it and
 * every view is a link. Plain `<a href>` work: clicks on addresses of pages are taken here.
 */
import { parsePath, type Route } from "../lib/route.ts";
import { Store } from "./store.ts";

export interface Place {
  readonly path: string;
  readonly route: Route;
  readonly query: URLSearchParams;
}

export const placeStore = new Store(readPlace());

export interface NavigateOptions {
  /** Takes the place of the current entry: for moving on with keys, which back should not retrace. */
  readonly isReplacing?: boolean;
}

export function navigate(address: string, { isReplacing = false }: NavigateOptions = {}): void {
  const before = placeStore.value;
  if (isReplacing) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  placeStore.set(readPlace());
  if (before.route.page !== placeStore.value.route.page) scrollTo(0, 0);
}

/** The current page with some parameters of its query changed; undefined takes one away. */
export function navigateQuery(
  changes: Readonly<Record<string, string | number | undefined>>,
  options?: NavigateOptions,
): void {
  const { path, query } = placeStore.value;
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(key);
    else next.set(key, String(value));
  }
  const text = next.toString();
  navigate(text === "" ? path : `${path}?${text}`, options);
}

export function listenToHistory(): void {
  addEventListener("popstate", () => {
    placeStore.set(readPlace());
  });
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!isPlain || event.altKey || event.defaultPrevented) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.download !== "") return;
    if (link.origin !== location.origin || parsePath(link.pathname).page === "unknown") return;
    if (link.hash !== "") return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}

function readPlace(): Place {
  const { pathname, search } = location;
  return { path: pathname, route: parsePath(pathname), query: new URLSearchParams(search) };
}
