/**
 * Who may make a request that is more than a plain read, see route-rules.ts.
 *
 * Two ways to show who one is:
 *
 * - the header `Authorization: Bearer TOKEN`, for programs. Another site's page cannot send it, since
 *   we never allow it to (no CORS).
 * - the cookie of a session, for our pages. Browsers may send it along with what other sites' pages
 *   ask, so a request that changes something must also come from our own pages: browsers say so in
 *   Origin (RFC 6454) and Sec-Fetch-Site (Fetch Metadata), and no page can change what they say.
 *   SameSite=Strict is a second lock on the same door.
 */
import type { MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { accountLimits, type Account, type Keeper } from "../model/index.ts";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import { answerFault, quoted, type Fault, type WebappContext, type WebappEnv } from "./fault.ts";
import { isJson, tooLarge } from "./json-body.ts";
import type { WebappParts } from "./parts.ts";
import { ruleFor, type RouteRule } from "./route-rules.ts";

const sessionCookie = "kale_session";
/** A secret is 43 characters; what is longer than this is none. */
const secretLengthMax = 512;

export interface AdmissionParts {
  readonly keeper: Keeper;
  readonly limiter: AttemptLimiter;
  /** Whether a proxy in front of us may say by which name, address and scheme it was called. */
  readonly trustsProxy: boolean;
  readonly tunnelled?: WebappParts["tunnelled"];
}

export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Refuses what the table of rules does not allow, and notes who asks. */
  handler(): MiddlewareHandler<WebappEnv> {
    return async (context, next) => {
      const rule = ruleFor(context.req.method, context.req.path);
      const fault = rule === undefined ? undefined : await this.#refusalOf(context, rule);
      if (fault === undefined) {
        await next();
        return undefined;
      }
      // What is left of the body is not read.
      if (context.req.raw.body !== null) context.header("Connection", "close");
      return answerFault(context, fault);
    };
  }

  /** Tries the credentials, unless too many wrong ones came before. */
  async attempt(context: WebappContext, check: () => Promise<boolean>): Promise<Fault | undefined> {
    const { limiter } = this.#parts;
    const address = this.#addressOf(context);
    const waitMs = limiter.takeMs(address);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      context.header("Retry-After", String(seconds));
      const message = `Too many wrong passwords or tokens; try again in ${seconds} s.`;
      return { code: "too-many-attempts", message };
    }
    let isRight = false;
    try {
      isRight = await check();
    } finally {
      limiter.settle(address, isRight);
    }
    if (isRight) return undefined;
    return {
      code: "wrong-credentials",
      message: "That token, or user and password, is not right.",
    };
  }

  /** Who the cookie belongs to, if it does to anybody. */
  sessionOf(context: WebappContext): Account | undefined {
    const secret = getCookie(context, sessionCookie);
    if (secret === undefined || secret.length > secretLengthMax) return undefined;
    return this.#parts.keeper.session(secret);
  }

  signIn(context: WebappContext, account: Account): void {
    this.signOut(context);
    this.#setCookie(context, this.#parts.keeper.openSession(account));
  }

  /** Lets the browser keep the cookie for as long as the session has been given anew. */
  renew(context: WebappContext): void {
    const secret = getCookie(context, sessionCookie);
    if (secret !== undefined) this.#setCookie(context, secret);
  }

  signOut(context: WebappContext): void {
    const secret = getCookie(context, sessionCookie);
    if (secret === undefined) return;
    if (secret.length <= secretLengthMax) this.#parts.keeper.closeSession(secret);
    deleteCookie(context, sessionCookie, { path: "/" });
  }

  async #refusalOf(context: WebappContext, rule: RouteRule): Promise<Fault | undefined> {
    const isRead = rule.method === "GET";
    const readsBodyItself = rule.access === "sender" || rule.access === "asker";
    if (readsBodyItself) return this.#originFault(context, { mustSay: false });
    if (rule.access === "account") {
      const fault = await this.#identify(context, isRead);
      if (fault !== undefined) return fault;
    } else if (rule.access === "sign-in") {
      const fault = this.#originFault(context, { mustSay: false });
      if (fault !== undefined) return fault;
    }
    return rule.bodyBytesMax === 0 ? undefined : bodyFault(context, rule.bodyBytesMax);
  }

  async #identify(context: WebappContext, isRead: boolean): Promise<Fault | undefined> {
    const header = context.req.header("Authorization");
    if (header !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? "";
      if (token === "" || token.length > secretLengthMax) {
        context.header("WWW-Authenticate", 'Bearer realm="kale"');
        const message = "The header Authorization is not of the form `Bearer TOKEN`.";
        return { code: "not-signed-in", message };
      }
      const fault = await this.attempt(context, () => this.#parts.keeper.checkToken(token));
      if (fault === undefined) context.set("account", { kind: "token" });
      return fault;
    }
    const account = this.sessionOf(context);
    if (account === undefined) {
      context.header("WWW-Authenticate", 'Bearer realm="kale"');
      const message =
        "This needs somebody who is signed in: sign in at /admin, " +
        "or send the header `Authorization: Bearer TOKEN` with the admin token.";
      return { code: "not-signed-in", message };
    }
    context.set("account", account);
    return isRead ? undefined : this.#originFault(context, { mustSay: true });
  }

  /** @param options.mustSay  whether a request that does not say where it comes from is refused */
  #originFault(
    context: WebappContext,
    { mustSay }: { readonly mustSay: boolean },
  ): Fault | undefined {
    const origin = context.req.header("Origin");
    const site = context.req.header("Sec-Fetch-Site");
    const host = this.#hostOf(context);
    if (origin !== undefined && !isSameHost(origin, host)) {
      const message =
        `The request comes from ${quoted(origin)}, which is not ${quoted(host)}. ` +
        "A proxy in front of Kale has to pass the Host header on.";
      return { code: "forbidden-origin", message };
    }
    if (site !== undefined && site !== "same-origin") {
      const message = `The request comes from another site (Sec-Fetch-Site: ${quoted(site)}).`;
      return { code: "forbidden-origin", message };
    }
    if (origin !== undefined || site !== undefined || !mustSay) return undefined;
    const message =
      "A request with a session's cookie has to say where it comes from (header Origin); " +
      "programs use `Authorization: Bearer TOKEN` instead.";
    return { code: "forbidden-origin", message };
  }

  #setCookie(context: WebappContext, secret: string): void {
    const isSecure =
      this.#parts.trustsProxy && lastOf(context.req.header("X-Forwarded-Proto")) === "https";
    setCookie(context, sessionCookie, secret, {
      path: "/",
      httpOnly: true,
      sameSite: "Strict",
      secure: isSecure,
      maxAge: accountLimits.sessionIdleMs / 1000,
    });
  }

  #hostOf(context: WebappContext): string {
    const forwarded = this.#parts.trustsProxy
      ? lastOf(context.req.header("X-Forwarded-Host"))
      : undefined;
    return forwarded ?? context.env.incoming.headers.host ?? "";
  }

  /** Of IPv6 the network: one home has as many addresses in it as it likes. */
  #addressOf(context: WebappContext): string {
    const { remoteAddress = "", remotePort = 0 } = context.env.incoming.socket;
    // Who came through another port of ours came past the proxy.
    const address = (
      this.#parts.tunnelled?.(remoteAddress, remotePort) ??
      (this.#parts.trustsProxy ? lastOf(context.req.header("X-Forwarded-For")) : undefined) ??
      remoteAddress
    ).slice(0, 64);
    const isIpv6 = address.includes(":") && !address.startsWith("::ffff:");
    return isIpv6 ? networkOf(address) : address;
  }
}

function bodyFault(context: WebappContext, bytesMax: number): Fault | undefined {
  if (!isJson(context)) {
    const found = quoted(context.req.header("Content-Type") ?? "");
    const message = `The content type is ${found}; allowed: application/json.`;
    return { code: "not-json", message };
  }
  const length = Number(context.req.header("Content-Length") ?? 0);
  return length > bytesMax ? tooLarge(bytesMax) : undefined;
}

/** The part that the nearest proxy added; earlier ones may be anybody's invention. */
function lastOf(header: string | undefined): string | undefined {
  const last = header?.split(",").at(-1)?.trim();
  return last === "" ? undefined : last;
}

function isSameHost(origin: string, host: string): boolean {
  try {
    const url = new URL(origin);
    return url.origin === origin && new URL(`${url.protocol}//${host}`).host === url.host;
  } catch {
    return false;
  }
}

/** The first 64 bits of an IPv6 address. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => "0")]
    .slice(0, 4)
    .join(":");
}
