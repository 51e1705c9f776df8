export { CollectionSync } from "./collection-sync.ts";
