/** One HTTP port: opened, watched for clients that dawdle, closed. */
import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ErrorJson } from "./contract.ts";
import { WebappError, type WebappErrorCode } from "./errors.ts";
import type { WebappLimits } from "./parts.ts";

/** A client that is slower than this with its request line and headers is closed. */
const headersWaitMs = 15_000;
/** The same for the whole request: the longest body taken is 32 MiB. */
const requestWaitMs = 120_000;
const keepAliveMs = 65_000;
/** A client that takes nothing of its answer for so long is closed; event streams beat faster. */
const stallMs = 120_000;
const headerCountMax = 100;

export type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** Answers a request itself, now or later, or leaves it: @returns whether it took it. */
export type DirectAnswer = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

export interface ListenerOptions {
  readonly bind: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly limits: WebappLimits;
  /** Asked first. */
  readonly direct: DirectAnswer;
}

export interface Listener {
  readonly port: number;
  /** Stops taking connections, waits for open requests, then cuts what is left. */
  close(): Promise<void>;
}

/** Rejects with a WebappError where the port cannot be had. */
export async function openListener(fetch: Fetch, options: ListenerOptions): Promise<Listener> {
  const { bind, port, limits, direct } = options;
  const listen = getRequestListener(fetch, {
    overrideGlobalObjects: true,
    errorHandler: answerUnreadable,
  });
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: headersWaitMs,
      requestTimeout: requestWaitMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 5_000,
    },
    (incoming, outgoing) => {
      outgoing.on("close", closeIfEnding);
      if (!direct(incoming, outgoing)) void listen(incoming, outgoing);
    },
  );
  /** A connection that is kept open would keep a closing server from closing. */
  function closeIfEnding(): void {
    if (!server.listening) server.closeIdleConnections();
  }
  server.timeout = stallMs;
  server.maxConnections = limits.connectionCountMax;
  server.maxHeadersCount = headerCountMax;
  await listenOn(server, bind, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => closeServer(server, limits.closeWaitMs),
  };
}

async function listenOn(server: Server, bind: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: bind, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    throw listenError(cause, bind, port);
  }
}

const listenErrorCodes: Readonly<Record<string, WebappErrorCode>> = {
  EADDRINUSE: "WEBAPP_PORT_TAKEN",
  EACCES: "WEBAPP_PORT_DENIED",
  EADDRNOTAVAIL: "WEBAPP_ADDRESS_MISSING",
  ENOTFOUND: "WEBAPP_ADDRESS_MISSING",
};

function listenError(cause: unknown, bind: string, port: number): WebappError {
  const systemCode = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const code = listenErrorCodes[systemCode] ?? "WEBAPP_LISTEN_FAILED";
  const reason = {
    WEBAPP_PORT_TAKEN: "another program has it",
    WEBAPP_PORT_DENIED: "this user may not open it",
    WEBAPP_ADDRESS_MISSING: "this machine has no such address",
    WEBAPP_LISTEN_FAILED: systemCode,
  }[code];
  return new WebappError(code, `open HTTP port ${port} on ${bind}: ${reason}`, { port, cause });
}

async function closeServer(server: Server, waitMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), waitMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}

/** A request whose URL or headers make no sense never reaches a route. */
function answerUnreadable(): Response {
  const body: ErrorJson = {
    error: { code: "bad-request", message: "The request's path or Host header cannot be read." },
  };
  return Response.json(body, { status: 400, headers: { "X-Content-Type-Options": "nosniff" } });
}
