/**
 * The one thin client of Elasticsearch (7.10 to 9) and OpenSearch (1 to 3): requests as JSON or lines
 * of JSON, answered by whichever node of the cluster is there. What is asked stands in the files
 * beside: documents.ts, bulk.ts, search.ts, indexes.ts, cluster.ts.
 *
 * A request that got no answer is given to the next node, though nobody knows whether the first one
 * carried it out. So every request has to be one that may be carried out twice: documents have ids
 * of ours, and who writes by `ifSeqNo` reads back what stands there after a conflict.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { answerFault, socketFault } from "./answer-fault.ts";
import { EngineError } from "./errors.ts";
import { NodeRing } from "./node-ring.ts";
import { type NodeAnswer, Transport } from "./transport.ts";

const requestTimeoutMsUsual = 30_000;

export interface EngineClientOptions {
  /** e.g. "https://es1.example:9200"; a path goes before every request's path. */
  readonly nodes: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** As the engine gives it: base64 of "id:key". Goes before user and password. */
  readonly apiKey?: string | undefined;
  /** Certificates of the cluster's own authority, PEM. */
  readonly certificates?: string | undefined;
  readonly requestTimeoutMs?: number | undefined;
  readonly clock: Clock;
}

export interface EngineRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Begins with "/"; parts of it are encoded by `pathOf`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly json?: unknown;
  /** Lines of JSON, each with its LF. */
  readonly lines?: Uint8Array | undefined;
  readonly timeoutMs?: number | undefined;
  /** Statuses from 400 on that are answers and not errors, e.g. 404. */
  readonly accept?: readonly number[] | undefined;
}

export interface EngineAnswer {
  readonly status: number;
  /** What it holds is the engine's matter: whoever reads it checks it. Undefined for an empty body. */
  readonly json: unknown;
}

export interface EngineInfo {
  readonly flavour: "elasticsearch" | "opensearch";
  /** e.g. "3.6.0" */
  readonly version: string;
  readonly major: number;
  readonly clusterName: string;
}

/** How the nodes are, for the status page. */
export interface EngineNodeHealth {
  readonly nodeCount: number;
  /** Addresses of those whose last request failed. */
  readonly failedNodes: readonly string[];
}

export class EngineClient {
  readonly #nodes: readonly URL[];
  readonly #ring: NodeRing;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  #info: EngineInfo | undefined;

  constructor(options: EngineClientOptions) {
    assert(options.nodes.length >= 1, "a cluster has at least one node");
    this.#nodes = options.nodes.map((node) => new URL(node.endsWith("/") ? node : `${node}/`));
    this.#ring = new NodeRing(this.#nodes.length);
    this.#transport = new Transport({
      certificates: options.certificates,
      authorization: authorizationOf(options),
    });
    this.#clock = options.clock;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? requestTimeoutMsUsual;
  }

  /**
   * Asks the nodes in turn until one answers.
   * Rejects with an EngineError where none does, or where the answer is an error not in `accept`.
   */
  async send(request: EngineRequest): Promise<EngineAnswer> {
    let fault: EngineError | undefined;
    for (const node of this.#ring.order(this.#clock.elapsedMs())) {
      const outcome = await this.#sendTo(node, request);
      if (!(outcome instanceof EngineError)) return outcome;
      fault = outcome;
      // Only what another node may do better is worth another node.
      if (outcome.code !== "ENGINE_UNREACHABLE") break;
    }
    assert(fault !== undefined, "a request that was not answered has met a fault");
    throw fault;
  }

  /** Which program it is. Asked once; a cluster does not change its kind while it is used. */
  async info(): Promise<EngineInfo> {
    this.#info ??= readInfo((await this.send({ method: "GET", path: "/" })).json);
    return this.#info;
  }

  nodeHealth(): EngineNodeHealth {
    const failedNodes = this.#ring.failedNodes().map((node) => label(this.#nodes[node]));
    return { nodeCount: this.#nodes.length, failedNodes };
  }

  /** Ends open connections; requests under way fail. */
  close(): void {
    this.#transport.close();
  }

  async #sendTo(node: number, request: EngineRequest): Promise<EngineAnswer | EngineError> {
    const base = this.#nodes[node];
    assert(base !== undefined, "the node is one of the cluster");
    const what = `${request.method} ${request.path} on ${label(base)}`;
    let answer: NodeAnswer;
    try {
      answer = await this.#transport.ask({
        method: request.method,
        url: urlOf(base, request),
        timeoutMs: request.timeoutMs ?? this.#requestTimeoutMs,
        ...bodyOf(request),
      });
    } catch (error) {
      const fault = socketFault(what, error);
      if (fault.code === "ENGINE_UNREACHABLE") this.#ring.failed(node, this.#clock.elapsedMs());
      return fault;
    }
    const isAccepted = answer.status < 400 || request.accept?.includes(answer.status) === true;
    if (!isAccepted) {
      const fault = answerFault(what, answer);
      if (fault.code === "ENGINE_UNREACHABLE") this.#ring.failed(node, this.#clock.elapsedMs());
      else this.#ring.succeeded(node);
      return fault;
    }
    this.#ring.succeeded(node);
    try {
      const json: unknown =
        answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString("utf8"));
      return { status: answer.status, json };
    } catch (error) {
      const message = `${what}: the answer is no JSON; is it Elasticsearch or OpenSearch?`;
      return new EngineError("ENGINE_CORRUPT", message, { status: answer.status, cause: error });
    }
  }
}

/** A path of parts that may hold any character; commas and stars keep their meaning in the engine. */
export function pathOf(...parts: readonly string[]): string {
  return parts
    .map((part) => `/${encodeURIComponent(part).replaceAll("%2C", ",").replaceAll("%2A", "*")}`)
    .join("");
}

function urlOf(base: URL, request: EngineRequest): URL {
  const url = new URL(request.path.slice(1), base);
  // Credentials belong to the options; in an address they would show up in logs.
  url.username = "";
  url.password = "";
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url;
}

function bodyOf(request: EngineRequest): { body?: Uint8Array; contentType?: string } {
  if (request.lines !== undefined) {
    return { body: request.lines, contentType: "application/x-ndjson" };
  }
  if (request.json === undefined) return {};
  return { body: Buffer.from(JSON.stringify(request.json)), contentType: "application/json" };
}

function authorizationOf(options: EngineClientOptions): string | undefined {
  if (options.apiKey !== undefined) return `ApiKey ${options.apiKey}`;
  if (options.user === undefined) return undefined;
  const pair = `${options.user}:${options.password ?? ""}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** The address without what might be secret in it. */
function label(node: URL | undefined): string {
  return node === undefined ? "" : `${node.origin}${node.pathname.replace(/\/$/, "")}`;
}

function readInfo(json: unknown): EngineInfo {
  const root = json as
    { cluster_name?: unknown; version?: { number?: unknown; distribution?: unknown } } | undefined;
  const version = root?.version?.number;
  if (typeof version !== "string") {
    throw new EngineError("ENGINE_CORRUPT", "GET /: the answer tells no version of an engine");
  }
  return {
    flavour: root?.version?.distribution === "opensearch" ? "opensearch" : "elasticsearch",
    version,
    major: Number.parseInt(version, 10),
    clusterName: typeof root?.cluster_name === "string" ? root.cluster_name : "",
  };
}
