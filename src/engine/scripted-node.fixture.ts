/** A small HTTP server that answers as a test tells it, in place of a node that misbehaves. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface ScriptedAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Closes the connection without an answer. */
  readonly isCut?: boolean;
  /** Never answers. */
  readonly isSilent?: boolean;
}

export interface ScriptedNode {
  readonly url: string;
  /** What it was asked, e.g. "GET /_cluster/health". */
  readonly asked: readonly string[];
  readonly bodies: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  /** Closes connections that are open and not in use. */
  dropIdle(): void;
  close(): Promise<void>;
}

export async function startScriptedNode(
  answer: (request: { readonly method: string; readonly path: string }) => ScriptedAnswer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedNode> {
  const asked: string[] = [];
  const bodies: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const take = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { method = "", url = "" } = incoming;
      asked.push(`${method} ${url}`);
      bodies.push(Buffer.concat(parts).toString("utf8"));
      authorizations.push(incoming.headers.authorization);
      const { status, json, text, headers, isCut, isSilent } = answer({ method, path: url });
      if (isSilent === true) return;
      if (isCut === true) {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(status, headers);
      outgoing.end(text ?? JSON.stringify(json ?? {}));
    });
  };
  const server = tls === undefined ? createServer(take) : createSecureServer(tls, take);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    asked,
    bodies,
    authorizations,
    dropIdle: () => server.closeIdleConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
