/** Collections: what people saved from a search. Reading is for everybody, the rest for who is signed in. */
import type {
  CollectionChangeJson,
  CollectionJson,
  CollectionSummaryJson,
  CollectionsFileJson,
  CollectionsImportJson,
  NewCollectionJson,
} from "../../src/webapp/contract.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

export const exportPath = "/kale/collections/export";

export function fetchCollections(
  signal?: AbortSignal,
): Promise<FetchResult<CollectionSummaryJson[]>> {
  return fetchJson("/kale/collections", signal);
}

export function fetchCollection(
  id: string,
  signal?: AbortSignal,
): Promise<FetchResult<CollectionJson>> {
  return fetchJson(pathOf(id), signal);
}

export function createCollection(
  collection: NewCollectionJson,
): Promise<FetchResult<CollectionJson>> {
  return sendJson("POST", "/kale/collections", collection);
}

export function changeCollection(
  id: string,
  change: CollectionChangeJson,
): Promise<FetchResult<CollectionJson>> {
  return sendJson("PUT", pathOf(id), change);
}

export function deleteCollection(id: string): Promise<FetchResult<undefined>> {
  return sendJson("DELETE", pathOf(id));
}

export function importCollections(
  file: CollectionsFileJson,
): Promise<FetchResult<CollectionsImportJson>> {
  return sendJson("POST", "/kale/collections/import", file);
}

function pathOf(id: string): string {
  return `/kale/collections/${encodeURIComponent(id)}`;
}
