/** Collections of saved matches. */

export interface CollectionItemJson {
  name: string;
  from: number;
  until: number;
  points: [time: number, value: number][];
}

/** GET /kale/collections/ID */
export interface CollectionJson {
  id: string;
  name: string;
  note: string;
  created: number;
  changed: number;
  items: CollectionItemJson[];
}

/** GET /kale/collections gives a list of these. */
export interface CollectionSummaryJson {
  id: string;
  name: string;
  note: string;
  created: number;
  changed: number;
  metrics: string[];
}

/** POST /kale/collections; the server takes the snapshot of each item's window. */
export interface NewCollectionJson {
  name: string;
  note: string;
  items: { name: string; from: number; until: number }[];
}

/** PUT /kale/collections/ID: what is given is changed. `remove` names items to leave out. */
export interface CollectionChangeJson {
  name?: string;
  note?: string;
  add?: { name: string; from: number; until: number }[];
  /** Places in `items` as they were read; `add` comes after. */
  remove?: number[];
  /** What `changed` was when it was read: if somebody was faster, 409 and nothing is done. */
  changed?: number;
}

/** GET /kale/collections/export, and POST /kale/collections/import of the same. */
export interface CollectionsFileJson {
  format: "kale-collections";
  version: 1;
  collections: Omit<CollectionJson, "id">[];
}

/** The answer of POST /kale/collections/import. */
export interface CollectionsImportJson {
  imported: number;
  /** Names that were taken, so the imported collection got another. */
  renamed: { from: string; to: string }[];
}
