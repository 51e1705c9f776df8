/**
 * The script of all pages but the search. Graphs, forms and guides are most of what the browser has to
 * compile, and the search needs none of it; so whoever opens another page loads it at once, and a search
 * when it is done.
 */
import type { JSX } from "preact";
import type { OtherRoute } from "./lib/route.ts";

type OtherPage = (props: { readonly route: OtherRoute }) => JSX.Element;

let page: OtherPage | undefined;

/** What shows them, once it is there. */
export function loadedOtherPage(): OtherPage | undefined {
  return page;
}

/** @returns undefined where it cannot be had: Kale is away, or was built anew since this page was loaded */
export async function loadOtherPage(): Promise<OtherPage | undefined> {
  try {
    page ??= (await import("./other-pages.tsx")).OtherPage;
  } catch {
    return undefined;
  }
  return page;
}
