export { DataFolder, type DataFolderOptions } from "./data-folder.ts";
export { realDisk, type Disk, type DiskFile } from "./disk.ts";
export { EmbeddedStore, type EmbeddedStoreOptions } from "./embedded-store.ts";
