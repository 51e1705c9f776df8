/** A webapp on free ports and simulated data, and a client without any politeness of a browser's. */
import { request, type IncomingHttpHeaders } from "node:http";
import { ManualClock } from "../base/clock.ts";
import type { WebappParts } from "./parts.ts";
import { startWebapp, type RunningWebapp, type WebappOptions } from "./server.ts";
import { simulateSite, type SimulatedSite } from "./simulated-site.fixture.ts";

/** 2025-11-24T16:00:00Z */
export const fixtureNowMs = 1_764_000_000_000;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  json(): unknown;
}

export interface TestWebapp {
  readonly clock: ManualClock;
  readonly site: SimulatedSite;
  readonly webapp: RunningWebapp;
  /** @param target  path and query, sent as it is */
  readonly get: (target: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly send: (method: string, target: string, options?: SendOptions) => Promise<Answer>;
  readonly sendJson: (
    method: string,
    target: string,
    value: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** The header of who holds the admin token. */
  readonly bearer: Record<string, string>;
}

export interface SendOptions {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** Which of the open ports. */
  readonly portIndex?: number;
}

export async function startTestWebapp(
  options: Partial<WebappOptions> = {},
  replace: Partial<WebappParts> = {},
): Promise<TestWebapp> {
  const clock = new ManualClock(fixtureNowMs);
  const site = simulateSite(clock, { seed: 11 });
  const webapp = await startWebapp(
    { ...site.parts, ...replace },
    {
      version: "1.2.3",
      bind: "127.0.0.1",
      ports: [{ port: 0, landing: "/" }],
      pagesFolder: "no-such-folder",
      dataFolder: ".",
      store: "embedded",
      ...options,
    },
  );
  const send: TestWebapp["send"] = (method, target, { headers, body, portIndex = 0 } = {}) => {
    const port = webapp.ports[portIndex]?.port;
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port, method, path: target, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const bytes = Buffer.concat(chunks);
            const text = bytes.toString();
            const json = (): unknown => JSON.parse(text);
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              text,
              json,
            });
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  };
  return {
    clock,
    site,
    webapp,
    send,
    sendJson: (method, target, value, headers = {}) =>
      send(method, target, {
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(value),
      }),
    bearer: { Authorization: `Bearer ${site.keeper.token}` },
    get: (target, headers = {}) => send("GET", target, { headers }),
  };
}
