/**
 * What every request must pass, and every answer carries, before any route is asked.
 *
 * - Host: a page of somebody else's site can make a browser resolve its own name to 127.0.0.1 and
 *   then read us as "same origin" (DNS rebinding). On a loopback address we therefore answer only to
 *   loopback names and those configured.
 * - Method: only GET and HEAD are taken, without a body, but for what route-rules.ts lists.
 * - Headers: our pages load nothing from elsewhere, run no script of the markup's, and stand in
 *   nobody's frame. No CORS: other sites' pages may not read us.
 */
import type { MiddlewareHandler } from "hono";
import type { IncomingHttpHeaders } from "node:http";
import { answerRefusal, quoted, type Fault, type Refusal, type WebappEnv } from "./fault.ts";
import { methodsOf, ruleFor } from "./route-rules.ts";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export interface GuardOptions {
  /** The address the ports are bound to. */
  readonly bind: string;
  /** Further names by which the program may be called, without port. */
  readonly allowedHosts: readonly string[];
}

/** What a request says before its body. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export function guard(options: GuardOptions): MiddlewareHandler<WebappEnv> {
  const refusalOf = refusalRule(options);
  return async (context, next) => {
    const { method, path } = context.req;
    const refusal = refusalOf({ method, path, headers: context.env.incoming.headers });
    if (refusal === undefined) await next();
    else context.res = answerRefusal(context, refusal);
    for (const [name, value] of Object.entries(securityHeaders))
      context.res.headers.set(name, value);
  };
}

/**
 * @returns whether a Host header may be answered. Bound to other addresses than loopback, any may:
 *   how people call this machine is not ours to know.
 */
export function hostRule({ bind, allowedHosts }: GuardOptions): (header: string) => boolean {
  if (!isLoopback(bind)) return () => true;
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  return (header) => {
    const host = header.toLowerCase().replace(/:\d*$/, "");
    return isLoopback(host) || allowed.has(host);
  };
}

/** `*.localhost` too: browsers resolve it to this machine without asking anybody (RFC 6761, 6.3). */
function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host === "::1" ||
    host === "[::1]" ||
    host.endsWith(".localhost") ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** @returns why a request goes no further; undefined where it may. */
export function refusalRule(options: GuardOptions): (head: RequestHead) => Refusal | undefined {
  const mayUseHost = hostRule(options);
  return ({ method, path, headers }) => {
    const { host = "" } = headers;
    if (!mayUseHost(host)) {
      const message = `Called as ${quoted(host)}; call it localhost, or allow that name in the settings.`;
      return { fault: { code: "forbidden-host", message }, headers: {} };
    }
    const rule = ruleFor(method, path);
    if (method !== "GET" && method !== "HEAD" && rule === undefined) {
      const allowed = methodsOf(path).join(", ");
      const message = `Method ${quoted(method)} is not taken here; allowed: ${allowed}.`;
      return {
        fault: { code: "method-not-allowed", message },
        headers: { Allow: allowed, Connection: "close" },
      };
    }
    const { "content-length": length = "0", "transfer-encoding": encoding } = headers;
    const hasBody = length !== "0" || encoding !== undefined;
    if (hasBody && (rule === undefined || rule.bodyBytesMax === 0)) {
      const fault: Fault = { code: "no-body-taken", message: "No body is taken here." };
      return { fault, headers: { Connection: "close" } };
    }
    return undefined;
  };
}
