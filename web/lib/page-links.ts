/** The pages that the header and the palette lead to. */
import type { PageName } from "./route.ts";

export interface PageLink {
  readonly page: PageName;
  readonly address: string;
  readonly label: string;
  /** Typed after "g". */
  readonly key: string;
}

export const pageLinks: readonly PageLink[] = [
  { page: "now", address: "/", label: "Now", key: "n" },
  { page: "explore", address: "/explore", label: "Metrics", key: "m" },
  { page: "history", address: "/history", label: "History", key: "h" },
  { page: "sources", address: "/sources", label: "Sources", key: "s" },
  { page: "status", address: "/status", label: "Status", key: "t" },
];
