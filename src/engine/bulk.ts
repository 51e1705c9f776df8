/**
 * Many writes in one request, each with an outcome of its own.
 *
 * The body is lines of JSON: what to do, then the document. Bodies are cut so that none is longer than
 * an engine likes; a single document longer than that goes alone.
 *
 * Source: Elasticsearch reference and OpenSearch documentation, "Bulk API".
 */
import type { EngineClient } from "./client.ts";
import { EngineError } from "./errors.ts";

const bodyBytesUsual = 8 * 1024 * 1024;
const bulkTimeoutMs = 120_000;

export interface BulkOperation {
  /** "create" leaves a document that is there as it is and answers 409; "index" replaces it. */
  readonly action: "create" | "index" | "delete";
  readonly index: string;
  readonly id: string;
  /** Which shard of the index; by the id where it is not given. */
  readonly routing?: string;
  /** The document as JSON text in one line; not for "delete". */
  readonly source?: string;
}

export interface BulkOutcome {
  readonly status: number;
  /** On how many copies it was done. */
  readonly copyCount: number;
  /** Undefined where it was done. */
  readonly fault?: { readonly type: string; readonly reason: string };
}

export interface BulkOptions {
  /** Copies that must be there to write to; the engine's own setting where it is not given. */
  readonly waitForActiveShards?: number | "all" | undefined;
  /** "wait_for": resolves when searches see it. */
  readonly refresh?: "wait_for" | true | undefined;
  readonly bodyBytesMax?: number | undefined;
}

export interface BulkResult {
  /** One for each operation, in their order. */
  readonly outcomes: readonly BulkOutcome[];
  readonly requestBytes: number;
}

/** Rejects with an EngineError where a request as a whole fails; earlier ones may be carried out. */
export async function bulk(
  client: EngineClient,
  operations: readonly BulkOperation[],
  options: BulkOptions = {},
): Promise<BulkResult> {
  const outcomes: BulkOutcome[] = [];
  let requestBytes = 0;
  for (const part of bulkBodies(operations, options.bodyBytesMax ?? bodyBytesUsual)) {
    requestBytes += part.lines.length;
    const answer = await client.send({
      method: "POST",
      path: "/_bulk",
      query: {
        wait_for_active_shards: options.waitForActiveShards,
        refresh: options.refresh,
        // How long a shard waits for copies that are missing.
        timeout: "20s",
        filter_path:
          "items.*.status,items.*.error.type,items.*.error.reason,items.*._shards.successful",
      },
      lines: part.lines,
      timeoutMs: bulkTimeoutMs,
    });
    outcomes.push(...readOutcomes(answer.json, part.operationCount));
  }
  return { outcomes, requestBytes };
}

interface BulkBody {
  readonly lines: Uint8Array;
  readonly operationCount: number;
}

/** Bodies of whole operations, in their order. */
export function* bulkBodies(
  operations: readonly BulkOperation[],
  bodyBytesMax: number,
): Generator<BulkBody> {
  let parts: Buffer[] = [];
  let byteCount = 0;
  for (const operation of operations) {
    const lines = Buffer.from(operationLines(operation));
    if (parts.length > 0 && byteCount + lines.length > bodyBytesMax) {
      yield { lines: Buffer.concat(parts), operationCount: parts.length };
      parts = [];
      byteCount = 0;
    }
    parts.push(lines);
    byteCount += lines.length;
  }
  if (parts.length > 0) yield { lines: Buffer.concat(parts), operationCount: parts.length };
}

function operationLines({ action, index, id, routing, source }: BulkOperation): string {
  const head = JSON.stringify({ [action]: { _index: index, _id: id, routing } });
  return action === "delete" ? `${head}\n` : `${head}\n${source ?? "{}"}\n`;
}

function readOutcomes(json: unknown, operationCount: number): BulkOutcome[] {
  const items = (json as { items?: unknown } | undefined)?.items;
  if (!Array.isArray(items) || items.length !== operationCount) {
    throw new EngineError("ENGINE_CORRUPT", "POST /_bulk: not one outcome for each operation");
  }
  return items.map((item: Record<string, unknown>) => {
    const {
      status = 0,
      error,
      _shards: shards,
    } = (Object.values(item)[0] ?? {}) as {
      status?: number;
      error?: { type?: string; reason?: string };
      _shards?: { successful?: number };
    };
    const done = { status, copyCount: shards?.successful ?? 0 };
    if (error === undefined) return done;
    return { ...done, fault: { type: error.type ?? "", reason: error.reason ?? "" } };
  });
}
