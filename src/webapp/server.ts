/** Opens the ports of the webapp and closes them again. */
import type { Clock } from "../base/clock.ts";
import { Admission } from "./admission.ts";
import { createApp } from "./app.ts";
import { AttemptLimiter } from "./attempt-limiter.ts";
import { directPoints } from "./direct-points.ts";
import { WebappError } from "./errors.ts";
import { EventHub } from "./event-hub.ts";
import { HttpCounters } from "./http-counters.ts";
import { openListener, type Listener } from "./listener.ts";
import { Pages } from "./pages.ts";
import {
  defaultSkylineSettings,
  defaultWebappLimits,
  type SkylineSettings,
  type WebappLimits,
  type WebappParts,
} from "./parts.ts";
import { SummaryReader } from "./summary.ts";

export interface WebappPort {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where "/" leads on this port: "/" itself, or e.g. "/oculus". */
  readonly landing: string;
}

export interface WebappOptions {
  readonly version: string;
  /** e.g. "127.0.0.1" */
  readonly bind: string;
  readonly ports: readonly WebappPort[];
  /** Of the built pages, dist/web; may be missing. */
  readonly pagesFolder: string;
  /** Named on the status page, with the space left on its disk. */
  readonly dataFolder: string;
  /** e.g. "embedded" */
  readonly store: string;
  /** Unix milliseconds when the program started; the moment of the call if not given. */
  readonly startedMs?: number;
  /** Names besides loopback's that a Host header may carry on a loopback address. */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether a proxy stands in front of every port, so that its X-Forwarded-For, -Host and -Proto are
   * true; false if not given. Session cookies are then Secure where the proxy was called by https.
   */
  readonly trustsProxy?: boolean;
  readonly skyline?: Partial<SkylineSettings>;
  readonly limits?: Partial<WebappLimits>;
  /** Called each time somebody opens a page, built or not; not for what the page then asks. */
  readonly onPageView?: () => void;
}

export interface OpenPort {
  readonly port: number;
  readonly landing: string;
  /** e.g. "http://127.0.0.1:1500/" */
  readonly url: string;
}

export interface RunningWebapp {
  /** In the order asked for, without those that could not be opened. */
  readonly ports: readonly OpenPort[];
  /** One for each port that could not be opened; whether to go on is the caller's choice. */
  readonly problems: readonly WebappError[];
  /** Ends the event streams, waits a little for open requests, closes the ports. Once or more. */
  close(): Promise<void>;
}

/** Resolves when each port is open or known to be impossible; see `problems`. */
export async function startWebapp(
  parts: WebappParts,
  options: WebappOptions,
): Promise<RunningWebapp> {
  const limits = { ...defaultWebappLimits, ...options.limits };
  const summaries = new SummaryReader(parts, limits);
  const { feed, clock, logger } = parts;
  const events = new EventHub({ feed, clock, logger, readSummary: () => summaries.read() }, limits);
  const limiter = new AttemptLimiter(clock);
  let isClosing = false;
  const guard = { bind: options.bind, allowedHosts: options.allowedHosts ?? [] };
  const counters = new HttpCounters();
  const direct = directPoints({ parts, limits, guard, counters });
  const app = createApp({
    parts,
    facts: factsOf(options, clock),
    limits,
    guard,
    admission: new Admission({
      keeper: parts.keeper,
      limiter,
      trustsProxy: options.trustsProxy ?? false,
      tunnelled: parts.tunnelled,
    }),
    limiter,
    skyline: { ...defaultSkylineSettings, ...options.skyline },
    pages: new Pages(options.pagesFolder),
    summaries,
    events,
    counters,
    isClosing: () => isClosing,
    onPageView: options.onPageView ?? ((): void => undefined),
  });

  const listeners: Listener[] = [];
  const ports: OpenPort[] = [];
  const problems: WebappError[] = [];
  for (const { port, landing } of options.ports) {
    try {
      const listener = await openListener(
        (request, env) => app.fetch(request, { ...env, landing }),
        { bind: options.bind, port, limits, direct },
      );
      listeners.push(listener);
      ports.push({ port: listener.port, landing, url: urlOf(options.bind, listener.port) });
    } catch (error) {
      if (!(error instanceof WebappError)) throw error;
      problems.push(error);
    }
  }

  let closed: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    isClosing = true;
    events.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  }
  return { ports, problems, close: () => (closed ??= closeAll()) };
}

function factsOf(options: WebappOptions, clock: Clock): Parameters<typeof createApp>[0]["facts"] {
  const { version, dataFolder, store, startedMs = clock.nowMs() } = options;
  return { version, dataFolder, store, startedMs };
}

/** An address that means "all of them" is no address to visit. */
function urlOf(bind: string, port: number): string {
  const host = bind === "0.0.0.0" || bind === "::" || bind === "" ? "localhost" : bind;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
}
