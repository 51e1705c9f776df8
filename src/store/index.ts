export {
  DataFolder,
  EmbeddedStore,
  realDisk,
  type DataFolderOptions,
  type Disk,
  type DiskFile,
  type EmbeddedStoreOptions,
} from "./embedded/index.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
