/**
 * One request to one node, over HTTP or HTTPS with connections kept open.
 *
 * By `node:http` and not by `fetch`: a certificate authority of the cluster's own is then trusted for
 * this cluster only (fetch knows just the one list of the process), and connecting has its own, short
 * limit, so that a node whose machine is gone costs seconds and not the whole time of a request.
 */
import { Agent as HttpAgent, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { rootCertificates } from "node:tls";

const connectTimeoutMs = 5000;
/** More than this is not read of an answer. Pages and bulks are sized well below. */
const answerBytesMax = 256 * 1024 * 1024;
const socketCountMax = 16;

export interface TransportOptions {
  /** Certificates in PEM, trusted beside the usual ones. */
  readonly certificates?: string | undefined;
  /** The header Authorization. */
  readonly authorization?: string | undefined;
}

export interface NodeRequest {
  readonly method: string;
  readonly url: URL;
  readonly contentType?: string | undefined;
  readonly body?: Uint8Array | undefined;
  readonly timeoutMs: number;
}

export interface NodeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class Transport {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #authorization: string | undefined;

  constructor(options: TransportOptions) {
    const kept = { keepAlive: true, maxSockets: socketCountMax };
    this.#http = new HttpAgent(kept);
    const { certificates } = options;
    this.#https = new HttpsAgent(
      certificates === undefined ? kept : { ...kept, ca: [...rootCertificates, certificates] },
    );
    this.#authorization = options.authorization;
  }

  /** Rejects with the error of the socket, whose `code` tells what it was. */
  async ask(request: NodeRequest): Promise<NodeAnswer> {
    try {
      return await this.#askOnce(request);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      // The node closed a kept connection just as it was used again: nothing is wrong with the node.
      return await this.#askOnce(request);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #askOnce(request: NodeRequest): Promise<NodeAnswer> {
    const { method, url, contentType, body, timeoutMs } = request;
    const isSecure = url.protocol === "https:";
    const headers: Record<string, string | number> = { accept: "application/json" };
    if (this.#authorization !== undefined) headers["authorization"] = this.#authorization;
    if (body !== undefined) {
      headers["content-type"] = contentType ?? "application/json";
      headers["content-length"] = body.length;
    }
    const agent = isSecure ? this.#https : this.#http;
    return new Promise((resolve, reject) => {
      const outgoing = (isSecure ? httpsRequest : httpRequest)(url, { method, headers, agent });
      const deadline = setTimeout(() => {
        outgoing.destroy(timeoutError(`no answer in ${timeoutMs} ms`));
      }, timeoutMs);
      let connecting: NodeJS.Timeout | undefined;
      outgoing.on("socket", (socket) => {
        if (!socket.connecting) return;
        connecting = setTimeout(() => {
          outgoing.destroy(timeoutError(`no connection in ${connectTimeoutMs} ms`));
        }, connectTimeoutMs);
        socket.once(isSecure ? "secureConnect" : "connect", () => clearTimeout(connecting));
      });
      const fail = (error: Error): void => {
        clearTimeout(deadline);
        clearTimeout(connecting);
        const isStale = outgoing.reusedSocket && (error as ErrorWithCode).code === "ECONNRESET";
        reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
      };
      outgoing.on("error", fail);
      outgoing.on("response", (incoming) => {
        const parts: Buffer[] = [];
        let byteCount = 0;
        incoming.on("data", (part: Buffer) => {
          byteCount += part.length;
          if (byteCount > answerBytesMax) {
            outgoing.destroy(new Error(`the answer is longer than ${answerBytesMax} bytes`));
          } else parts.push(part);
        });
        incoming.on("error", fail);
        incoming.on("end", () => {
          clearTimeout(deadline);
          clearTimeout(connecting);
          const { statusCode = 0, headers: answerHeaders } = incoming;
          resolve({ status: statusCode, headers: answerHeaders, body: Buffer.concat(parts) });
        });
      });
      outgoing.end(body);
    });
  }
}

/** The connection broke before the answer began. */
class StaleConnection extends Error {
  override readonly name = "StaleConnection";
}

export interface ErrorWithCode extends Error {
  readonly code?: string;
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}
