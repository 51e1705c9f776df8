/** j and k through a list of links: the focus moves, Enter then is the link's own. */
import { useKeys } from "./keys.ts";

/** @param selector  of the links, in the order of the page */
export function useListKeys(selector: string): void {
  const step = (by: 1 | -1): void => {
    const links = [...document.querySelectorAll<HTMLElement>(selector)];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = at < 0 ? (by === 1 ? 0 : links.length - 1) : at + by;
    links[next]?.focus();
    links[next]?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
}
