/** The pages that the header and the palette lead to. */
import type { PageName } from "./route.ts";

export interface PageLink {
  readonly page: PageName;
  readonly address: string;
  readonly label: string;
  /** Typed after "g". */
  readonly key: string;
  /** Whether it stands in the header itself; the others are under "More" there, and in the palette. */
  readonly isMain: boolean;
}

export const pageLinks: readonly PageLink[] = [
  { page: "now", address: "/", label: "Now", key: "n", isMain: true },
  { page: "similar", address: "/oculus", label: "Similar", key: "s", isMain: true },
  { page: "collections", address: "/collections", label: "Collections", key: "c", isMain: true },
  { page: "explore", address: "/explore", label: "Metrics", key: "m", isMain: true },
  { page: "history", address: "/history", label: "History", key: "h", isMain: true },
  { page: "alerts", address: "/alerts", label: "Alerts", key: "l", isMain: true },
  { page: "sources", address: "/sources", label: "Sources", key: "i", isMain: true },
  { page: "status", address: "/status", label: "Status", key: "t", isMain: true },
  { page: "rules", address: "/rules", label: "Rules", key: "r", isMain: false },
  { page: "feedback", address: "/feedback", label: "What was said", key: "f", isMain: false },
  { page: "graph", address: "/graph", label: "Graph", key: "x", isMain: false },
  { page: "views", address: "/views", label: "Views", key: "v", isMain: false },
  { page: "admin", address: "/admin", label: "Admin", key: "a", isMain: false },
  { page: "help", address: "/help", label: "Help", key: "?", isMain: false },
];
