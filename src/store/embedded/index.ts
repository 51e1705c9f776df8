export { DataFolder } from "./data-folder.ts";
export { EmbeddedStore } from "./embedded-store.ts";
