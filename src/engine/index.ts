export { bulk, type BulkOperation, type BulkOutcome } from "./bulk.ts";
export { EngineClient, type EngineClientOptions } from "./client.ts";
export {
  clusterHealth,
  type ClusterHealth,
  deleteScript,
  getScript,
  hasPlugin,
  putScript,
} from "./cluster.ts";
export { deleteDocument, getDocument, getDocuments, putDocument } from "./documents.ts";
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
export { count, deleteByQuery, scanPages, search, type SearchHit } from "./search.ts";
export { ClaimKeeper } from "./share/claim-keeper.ts";
export { EpisodeExchange } from "./share/episode-exchange.ts";
