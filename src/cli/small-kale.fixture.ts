/**
 * A Kale small enough for tests of the commands that talk to one: real listeners, samples in a Map,
 * and the routes that the commands ask.
 */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { Horizon } from "../horizon/index.ts";
import { AliasNames, namedBatch, type Episode, type SampleBatch } from "../model/index.ts";
import type { RunningKale } from "./running.ts";

export interface SmallKale extends RunningKale {
  /** Name → samples in the order of their arrival; the last one of a time wins. */
  readonly samples: ReadonlyMap<string, readonly (readonly [timeMs: number, value: number])[]>;
  readonly ports: Readonly<Record<"pickle" | "msgpack" | "carbon" | "webapp", number>>;
  /** What was recorded, one for each event. */
  readonly episodes: readonly Episode[];
  visit(): void;
}

/** @param picklePort  a port that is taken, so that pickle is not listened for */
export async function startSmallKale({
  picklePort = "any",
}: { readonly picklePort?: number | "any" } = {}): Promise<SmallKale> {
  const samples = new Map<string, (readonly [number, number])[]>();
  const names = new AliasNames();
  const visitors: (() => void)[] = [];
  const episodes: Episode[] = [];
  const horizon = new Horizon({
    outlet: {
      shardCount: 1,
      offer: (...[, batch]) => {
        names.take(batch);
        keep(samples, namedBatch(batch, names));
        return true;
      },
      onRoom: () => undefined,
    },
    clock: systemClock,
    logger: silentLogger,
    settings: { ports: { pickle: picklePort, msgpack: "any", carbon: "any" } },
  });
  const results = await horizon.start();
  const portOf = (key: string): number => results.find((result) => result.key === key)?.port ?? 0;
  const server = pageServer(samples, horizon);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ports = {
    pickle: portOf("pickle"),
    msgpack: portOf("msgpack"),
    carbon: portOf("carbon"),
    webapp: (server.address() as AddressInfo).port,
  };
  const at = (port: number): { host: string; port: number } => ({ host: "127.0.0.1", port });
  return {
    samples,
    episodes,
    ports,
    addresses: {
      webapp: `http://127.0.0.1:${ports.webapp}`,
      carbon: at(ports.carbon),
      msgpack: at(ports.msgpack),
      pickle: at(ports.pickle),
    },
    problems: [],
    sink: {
      write: (batch) => {
        keep(samples, batch);
        return Promise.resolve();
      },
    },
    record: (events) => episodes.push(...events.map(({ episode }) => episode)),
    newAdminToken: undefined,
    warmShare: () => Promise.resolve(1),
    onFirstVisit: (listener) => visitors.push(listener),
    visit: () => {
      for (const visitor of visitors.splice(0)) visitor();
    },
    stop: async () => {
      await horizon.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function keep(samples: Map<string, (readonly [number, number])[]>, batch: SampleBatch): void {
  const decoder = new TextDecoder();
  for (let row = 0; row < batch.count; row++) {
    const start = row === 0 ? 0 : (batch.nameEnds[row - 1] ?? 0);
    const name = decoder.decode(batch.names.subarray(start, batch.nameEnds[row]));
    const column = samples.get(name) ?? [];
    const timeMs = batch.timesMs[row] ?? 0;
    const isNewest = timeMs > (column.at(-1)?.[0] ?? -Infinity);
    const earlier = isNewest ? -1 : column.findIndex(([known]) => known === timeMs);
    column.splice(earlier < 0 ? column.length : earlier, 1, [timeMs, batch.values[row] ?? 0]);
    samples.set(name, column);
  }
}

function pageServer(
  samples: ReadonlyMap<string, readonly (readonly [timeMs: number, value: number])[]>,
  horizon: Horizon,
): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/kale/summary") {
      response.end(JSON.stringify({ metrics: samples.size }));
      return;
    }
    if (url.pathname === "/kale/sources") {
      const sources = horizon
        .stats()
        .map(({ protocol, problem = null }) => ({ protocol, problem }));
      response.end(JSON.stringify({ sources }));
      return;
    }
    const column = samples.get(url.searchParams.get("name") ?? "");
    if (url.pathname !== "/kale/points" || column === undefined) {
      response.writeHead(404).end("{}");
      return;
    }
    const points = column
      .map(([timeMs, value]) => [timeMs / 1000, value] as const)
      .filter(([time]) => time >= Number(url.searchParams.get("from")))
      .filter(([time]) => time < Number(url.searchParams.get("until")));
    response.end(JSON.stringify({ points }));
  });
}
