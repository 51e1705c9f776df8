/** The entry of the horizon thread: listeners that never wait for judging or for pages. */
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { systemClock } from "../base/clock.ts";
import { Rpc } from "../base/rpc.ts";
import { Horizon, type HorizonSettings } from "../horizon/index.ts";
import type { BodyRequest, MetadataQuery, NewNote } from "../model/index.ts";
import { BatchPort } from "../shard/index.ts";
import { parseTypesDb } from "../wire/index.ts";
import type { Settings } from "./settings.ts";
import type { HorizonThreadData } from "./thread-messages.ts";
import { threadLogger } from "./thread-log.ts";

assert(parentPort !== null, "this file is the entry of a worker thread");
const { settings, kernels, folder, shards, collectd, scrape } = workerData as HorizonThreadData;
// Of this thread alone, which opens no other connection of this kind than those that scrape.
if (scrape.certificates !== "") {
  setDefaultCACertificates([...getCACertificates("default"), scrape.certificates]);
}
const ports = shards.map((port) => new BatchPort(port));

const horizon = new Horizon({
  outlet: {
    shardCount: ports.length,
    offer: (shard, batch) => ports[shard]?.offer(batch) ?? false,
    onRoom: (listener) => {
      for (const port of ports) port.onRoom(listener);
    },
  },
  clock: systemClock,
  logger: threadLogger(parentPort, "horizon"),
  kernel: kernels.intake,
  catalogPath: join(folder, "metadata.jsonl"),
  onNote: ({ timeMs, ...note }) => {
    const atMs = Number.isFinite(timeMs) ? timeMs : systemClock.nowMs();
    main.tell("note", { ...note, timeMs: atMs, source: "statsd" } satisfies NewNote);
  },
  settings: {
    bind: settings.bindAddress,
    httpAt: httpAddressOf(settings),
    ports: {
      pickle: settings.picklePort,
      "carbon-pickle": settings.carbonPicklePort,
      msgpack: settings.msgpackPort,
      carbon: settings.carbonPort,
      statsd: settings.statsdPort,
      opentsdb: settings.opentsdbPort,
      collectd: settings.collectdPort,
      ganglia: settings.gangliaPort,
    },
    statsdFlushMs: settings.statsdFlushMs,
    collectd: {
      types: parseTypesDb(collectd.typesText),
      ...(collectd.security === undefined ? {} : { security: collectd.security }),
    },
    gangliaTargets: settings.gangliaTargets,
    scrapeTargets: settings.scrapeTargets.map((target) => {
      const authorization = scrape.authorizations[target.job];
      return authorization === undefined ? target : { ...target, authorization };
    }),
    scrapeEveryMs: settings.scrapeEveryMs,
    scrapeTimeoutMs: settings.scrapeTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    clientCountMax: settings.clientCountMax,
    skipList: settings.skipList,
    maxAgeMs: settings.ageMaxMs,
    futureMaxMs: settings.futureMaxMs,
  },
});

const main: Rpc = new Rpc(parentPort, {
  start: () => horizon.start(),
  stats: () => horizon.stats(),
  metadata: (query: MetadataQuery) => horizon.metadata(query),
  takeBody: (request: BodyRequest) => horizon.takeBody(request),
  async deliver() {
    await horizon.deliver();
    await Promise.all(ports.map((port) => port.delivered()));
  },
  async close() {
    await horizon.close();
    await Promise.all(ports.map((port) => port.drained()));
    for (const port of ports) port.close();
  },
});
main.tell("ready", undefined);
flushCompileCache();

/** As this machine reaches it; undefined where it is off. */
function httpAddressOf(of: Settings): HorizonSettings["httpAt"] {
  if (of.webappPort === 0 || !of.roles.includes("webapp")) return undefined;
  const own = new Map([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ]);
  return {
    host: own.get(of.bindAddress) ?? of.bindAddress,
    port: of.webappPort,
    watch: {
      opened: (client) => main.ask("tunnelOpened", client),
      closed: (client) => main.tell("tunnelClosed", client),
    },
  };
}
