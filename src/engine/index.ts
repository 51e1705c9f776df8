export {
  bulk,
  type BulkOperation,
  type BulkOptions,
  type BulkOutcome,
  type BulkResult,
} from "./bulk.ts";
export {
  EngineClient,
  type EngineAnswer,
  type EngineClientOptions,
  type EngineInfo,
  type EngineNodeHealth,
  type EngineRequest,
  pathOf,
} from "./client.ts";
export {
  clusterHealth,
  type ClusterHealth,
  deleteScript,
  getScript,
  hasPlugin,
  putScript,
  type StoredScript,
} from "./cluster.ts";
export {
  deleteDocument,
  type DocumentVersion,
  getDocument,
  getDocuments,
  type PutDocument,
  putDocument,
  type StoredDocument,
} from "./documents.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export {
  aliasedIndexes,
  backingIndexes,
  createDataStream,
  createIndex,
  deleteDataStream,
  deleteIndex,
  ensureTemplate,
  indexExists,
  type IndexTemplate,
  listIndexes,
  refreshIndex,
  rollover,
  switchAlias,
} from "./indexes.ts";
export {
  count,
  deleteByQuery,
  scanPages,
  type ScanOptions,
  search,
  type SearchHit,
  type SearchOptions,
  type SearchResult,
} from "./search.ts";
export { ClaimKeeper } from "./share/claim-keeper.ts";
export { EpisodeExchange } from "./share/episode-exchange.ts";
