/** Saved views of graphs. */

/**
 * "overlaid": all expressions in one graph; "separate": a graph for each; "tree": a small graph for each
 * node of the one pattern in `targets`; "tag": one for each value of the one tag in it.
 */
export type ViewLayoutJson = "overlaid" | "separate" | "tree" | "tag";

/** GET /kale/views gives a list of these by name, GET /kale/views/ID one. */
export interface ViewJson {
  id: string;
  name: string;
  note: string;
  /** Graphite expressions; as `layout` says. */
  targets: string[];
  /** As they were written: "-6h" and "now" move with the clock, Unix seconds stay. */
  from: string;
  until: string;
  layout: ViewLayoutJson;
  created: number;
  changed: number;
}

/** POST /kale/views; the last six hours overlaid unless given. */
export interface NewViewJson {
  name: string;
  note?: string;
  targets: string[];
  from?: string;
  until?: string;
  layout?: ViewLayoutJson;
}

/** PUT /kale/views/ID: what is given is changed. */
export interface ViewChangeJson extends Partial<NewViewJson> {
  /** What `changed` was when it was read: if somebody was faster, 409 and nothing is done. */
  changed?: number;
}

/** GET /kale/views/export, and POST /kale/views/import of the same. */
export interface ViewsFileJson {
  format: "kale-views";
  version: 1;
  views: Omit<ViewJson, "id">[];
}

/** The answer of POST /kale/views/import. */
export interface ViewsImportJson {
  imported: number;
  /** Names that were taken, so the imported view got another. */
  renamed: { from: string; to: string }[];
}
