/**
 * Single documents. A document has a sequence number and a primary term that change with each write;
 * a write that names both is carried out only if nobody wrote in between, which is how several
 * processes agree on who holds something.
 *
 * Source: Elasticsearch reference, "Optimistic concurrency control".
 */
import { type EngineClient, pathOf } from "./client.ts";
import { EngineError } from "./errors.ts";

export interface DocumentVersion {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

export interface StoredDocument<Source> extends DocumentVersion {
  readonly id: string;
  readonly source: Source;
}

/** Reads what was written last, searchable or not. @returns undefined where document or index is missing */
export async function getDocument<Source>(
  client: EngineClient,
  index: string,
  id: string,
): Promise<StoredDocument<Source> | undefined> {
  const { status, json } = await client.send({
    method: "GET",
    path: pathOf(index, "_doc", id),
    accept: [404],
  });
  if (status === 404) return undefined;
  return readDocument<Source>(json);
}

/** @returns one for each id, in their order; undefined where it is missing */
export async function getDocuments<Source>(
  client: EngineClient,
  index: string,
  ids: readonly string[],
): Promise<(StoredDocument<Source> | undefined)[]> {
  if (ids.length === 0) return [];
  const { status, json } = await client.send({
    method: "POST",
    path: pathOf(index, "_mget"),
    json: { ids },
    accept: [404],
  });
  if (status === 404) return ids.map(() => undefined);
  const { docs } = json as { docs: readonly ({ found?: boolean } | undefined)[] };
  return ids.map((_, i) => (docs[i]?.found === true ? readDocument<Source>(docs[i]) : undefined));
}

export interface PutDocument {
  readonly index: string;
  readonly id: string;
  readonly source: unknown;
  /** "create": only if there is none; a version: only if it is still this one; else always. */
  readonly onlyIf?: "create" | DocumentVersion | undefined;
  /** "wait_for": resolves when searches see it; true: makes searches see it at once. */
  readonly refresh?: "wait_for" | true | undefined;
}

/**
 * @returns the new version; undefined where `onlyIf` did not hold. After a request that was given to
 *   a second node the other writer may have been ourselves: read back what stands there.
 */
export async function putDocument(
  client: EngineClient,
  document: PutDocument,
): Promise<DocumentVersion | undefined> {
  const { index, id, source, onlyIf, refresh } = document;
  const version = typeof onlyIf === "object" ? onlyIf : undefined;
  const { status, json } = await client.send({
    method: "PUT",
    path: pathOf(index, onlyIf === "create" ? "_create" : "_doc", id),
    query: { refresh, if_seq_no: version?.seqNo, if_primary_term: version?.primaryTerm },
    json: source,
    accept: [409],
  });
  return status === 409 ? undefined : readVersion(json);
}

/** @returns false where there was none, or `onlyIf` did not hold */
export async function deleteDocument(
  client: EngineClient,
  index: string,
  id: string,
  options: { readonly onlyIf?: DocumentVersion; readonly refresh?: "wait_for" | true } = {},
): Promise<boolean> {
  const { onlyIf, refresh } = options;
  const { status } = await client.send({
    method: "DELETE",
    path: pathOf(index, "_doc", id),
    query: { refresh, if_seq_no: onlyIf?.seqNo, if_primary_term: onlyIf?.primaryTerm },
    accept: [404, 409],
  });
  return status < 400;
}

function readDocument<Source>(json: unknown): StoredDocument<Source> {
  const { _id: id, _source: source } = json as { _id: string; _source: Source };
  return { id, source, ...readVersion(json) };
}

function readVersion(json: unknown): DocumentVersion {
  const { _seq_no: seqNo, _primary_term: primaryTerm } = json as Record<string, unknown>;
  if (typeof seqNo !== "number" || typeof primaryTerm !== "number") {
    throw new EngineError("ENGINE_CORRUPT", "a document without its sequence number");
  }
  return { seqNo, primaryTerm };
}
