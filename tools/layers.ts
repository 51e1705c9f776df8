/**
 * The folders of src/ in pipeline order, and what each may import.
 *
 * One list for the import rules, the tidy test and the folder table of docs/ARCHITECTURE.md, so
 * that the three cannot drift apart. A folder may import only folders above it.
 */

export interface Layer {
  readonly name: string;
  /** Other folders of src/ it may import. A folder may always import itself. */
  readonly mayImport: readonly string[];
  /** Whether it may open files and sockets, start threads and use npm packages. */
  readonly mayTouchWorld: boolean;
  /** The npm packages, pure themselves, that a folder may use which must not touch the world. */
  readonly purePackages?: readonly string[];
}

export const layers: readonly Layer[] = [
  { name: "base", mayImport: [], mayTouchWorld: false },
  { name: "model", mayImport: ["base"], mayTouchWorld: false },
  { name: "kernel", mayImport: ["base"], mayTouchWorld: false },
  { name: "wire", mayImport: ["base", "model"], mayTouchWorld: false },
  { name: "horizon", mayImport: ["base", "model", "kernel", "wire"], mayTouchWorld: true },
  { name: "analyzer", mayImport: ["base", "model", "kernel"], mayTouchWorld: false },
  { name: "oculus", mayImport: ["base", "model", "kernel"], mayTouchWorld: false },
  {
    name: "query",
    mayImport: ["base", "model", "kernel"],
    mayTouchWorld: false,
    purePackages: ["re2js"],
  },
  // Pictures of series as text; apart from `picture`, which needs packages to make bytes of them.
  { name: "graph", mayImport: ["base"], mayTouchWorld: false },
  { name: "picture", mayImport: ["base"], mayTouchWorld: true },
  { name: "engine", mayImport: ["base", "model", "kernel", "oculus"], mayTouchWorld: true },
  {
    name: "store",
    mayImport: ["base", "model", "kernel", "wire", "query", "engine"],
    mayTouchWorld: true,
  },
  { name: "journal", mayImport: ["base", "model", "engine"], mayTouchWorld: true },
  {
    name: "shard",
    mayImport: ["base", "model", "kernel", "analyzer", "oculus", "query"],
    mayTouchWorld: true,
  },
  { name: "alert", mayImport: ["base", "model"], mayTouchWorld: true },
  {
    name: "webapp",
    mayImport: ["base", "model", "query", "graph", "picture"],
    mayTouchWorld: true,
  },
  {
    name: "cli",
    mayImport: [
      "base",
      "model",
      "kernel",
      "wire",
      "horizon",
      "analyzer",
      "oculus",
      "query",
      "engine",
      "graph",
      "picture",
      "store",
      "journal",
      "shard",
      "alert",
      "webapp",
    ],
    mayTouchWorld: true,
  },
];
