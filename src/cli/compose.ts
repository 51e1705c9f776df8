/**
 * Joins the parts into a running Kale: the only file that knows them all.
 *
 * Starts from the inside out: data folder, journal, shards, listeners, page. The shards read what
 * they kept while the listeners already take metrics in: what comes waits on the lines to the shards,
 * as far as their credit goes, and the page says how far it is. Ends from the outside in, so that all
 * that was taken in is written down.
 */
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openAlertOffice } from "../alert/index.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { HostVitals, type ListenResult } from "../horizon/index.ts";
import { openAdmin, openJournal } from "../journal/index.ts";
import type {
  BodyIntake,
  BodyOutcome,
  Episode,
  MetadataReader,
  MetricMetadata,
  SourceStats,
} from "../model/index.ts";
import { SearchPool, type ShardPool } from "../shard/index.ts";
import { DataFolder, StoreError } from "../store/index.ts";
import { EpisodeFeed, IncidentBook, startWebapp, type WebappPort } from "../webapp/index.ts";
import { configuredRules } from "./configured-rules.ts";
import { alertPicture } from "./alert-picture.ts";
import { AnomalySeries } from "./anomaly-series.ts";
import { Canary } from "./canary.ts";
import { ClusterShare } from "./cluster-share.ts";
import { processIdOf } from "./identity.ts";
import { FirstVisit } from "./first-visit.ts";
import { JournalFeedbackDesk } from "./feedback-desk.ts";
import { readCollectdFiles } from "./collectd-files.ts";
import { readScrapeFiles } from "./scrape-files.ts";
import { addressesOf, type Listening, localHost, portProblems } from "./listening.ts";
import { type RunningKale, StartError, type StartOptions } from "./running.ts";
import { readKernels } from "./read-kernels.ts";
import { searchEngineOf } from "./search-engine.ts";
import { JournalRulesDesk } from "./rules-desk.ts";
import { CollectionMatcher } from "./seen-before.ts";
import { settingReports } from "./setting-reports.ts";
import { StartProgress } from "./start-progress.ts";
import type { Settings } from "./settings.ts";
import { withShareWords } from "./share-words.ts";
import { openSkylineMemory } from "./skyline-memory.ts";
import { shardLines, startShards, type UndoStep, warmShareOf } from "./start-shards.ts";
import { storeChoiceOf } from "./store-choice.ts";
import { type RunningThread, startHorizonThread } from "./threads.ts";
import { TunnelledClients } from "./tunnelled-clients.ts";
import { programVersion } from "./version.ts";

/** After this a search answers with what it has found. */
const searchBudgetMs = 10_000;

/** Rejects with a `StartError`; whatever was started by then is ended again. */
export async function startKale(options: StartOptions): Promise<RunningKale> {
  const undo: UndoStep[] = [];
  try {
    return await start(options, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

async function start(
  { settings, origins, asked, io, logger, onProgress }: StartOptions,
  undo: UndoStep[],
): Promise<RunningKale> {
  const { clock } = io;
  const roles = new Set(settings.roles);
  const startedMs = clock.nowMs();
  const store = storeChoiceOf(settings);

  const folder = openDataFolder(settings, clock);
  undo.push(() => {
    folder.close();
  });
  const journalPath = join(folder.path, "journal.sqlite");
  const journal = openJournal(journalPath, { clock, logger: logger.for("journal") });
  undo.push(() => {
    journal.close();
  });
  const admin = await openAdmin(journalPath, {
    clock,
    logger: logger.for("admin"),
    randomBytes,
  });
  undo.push(() => {
    admin.close();
  });

  const skyline = openSkylineMemory(store, settings);
  undo.push(() => skyline?.close());
  // Incidents and pictures are made of what the shards hold, which start later.
  let readSamples: ShardPool["read"] | undefined = undefined;
  const laterSeries: Pick<ShardPool, "read"> = {
    read: (name, range) => readSamples?.(name, range) ?? Promise.resolve(undefined),
  };
  const seenBefore = new CollectionMatcher(laterSeries, journal.collections);
  const incidents = new IncidentBook({
    ...{ episodes: journal, series: laterSeries, seenBefore },
    logger: logger.for("incidents"),
  });
  let drawAlert: ReturnType<typeof alertPicture> | undefined = undefined;
  const alerts = openAlertOffice({
    config: settings.alerts,
    picture: (notice) => drawAlert?.(notice) ?? Promise.resolve(undefined),
    ...(skyline === undefined ? {} : { toldElsewhere: skyline }),
    path: join(folder.path, "alerts.sqlite"),
    episodes: journal,
    reasonToSkip: (episode) => reasonToSkip(episode, clock.nowMs()),
    incidents,
    newId: () => randomBytes(9).toString("base64url"),
    clock,
    logger: logger.for("alert"),
  });
  undo.push(() => alerts.close());

  const processId = processIdOf(folder.path, () => randomBytes(8).toString("hex"));
  const feed = new EpisodeFeed(clock);
  const search = new SearchPool(clock, {
    windowMs: settings.fullDurationMs,
    warmDurationMs: settings.miniDurationMs,
    budgetMs: searchBudgetMs,
    isShared: store.kind === "elasticsearch",
  });
  let share: ClusterShare | undefined = undefined;
  const kernels = readKernels(settings.kernels);
  // Listeners first: the threads of the shards are busy for a while.
  const lines = shardLines(folder.shardCount);
  const tunnelled = new TunnelledClients();
  let horizon: RunningThread | undefined;
  let listening: ListenResult[] = [];
  if (roles.has("horizon")) {
    const thread = await startHorizonThread(
      {
        ...{ settings, kernels, folder: folder.path },
        collectd: readCollectdFiles(settings),
        scrape: readScrapeFiles(settings),
        shards: lines.map(({ fromHorizon }) => fromHorizon.port1),
      },
      {
        note(note) {
          journal.notes.add(note);
        },
        tunnelOpened: tunnelled.opened,
        tunnelClosed: tunnelled.closed,
      },
      logger,
    );
    horizon = thread;
    undo.push(() => thread.terminate());
    listening = await thread.rpc.ask<ListenResult[]>("start");
  }

  const progress = new StartProgress(folder.shardCount, onProgress ?? ((): void => undefined));
  const { pool, sink, shardsReady } = startShards(
    { folder, settings, kernels, store, processId, lines, progress, logger },
    (shard) => ({
      progress(share) {
        progress.note(shard, share);
      },
      episodes(events) {
        journal.record(events);
        feed.publish(events);
        alerts.take(events);
        share?.publish(events);
      },
      searchProgress(reply) {
        search.progress(shard, reply);
      },
    }),
    undo,
  );
  // Shards that never came to be take nothing in: what waits for them would be waited for without end.
  undo.push(() => (progress.isDone ? horizon?.rpc.ask<undefined>("close") : undefined));
  drawAlert = alertPicture(pool);
  readSamples = (name, range) => pool.read(name, range);
  search.connect(pool.shards);

  const feedback = new JournalFeedbackDesk({
    episodes: journal,
    feedback: journal.feedback,
    series: pool,
    teach: (feedbacks) => pool.useFeedback(feedbacks),
    record: (events) => {
      journal.record(events);
      feed.publish(events);
      alerts.take(events);
      share?.publish(events);
    },
  });
  const rules = new JournalRulesDesk({
    configured: configuredRules(settings),
    journal: journal.rules,
    use: (inForce) => pool.useRules(inForce),
    clock,
    logger: logger.for("rules"),
  });

  const searchEngine = searchEngineOf(settings, {
    ...{ search, pool, processId, clock, logger: logger.for("oculus") },
    partitionsSince: (timeMs) => share?.partitionsSince(timeMs) ?? [],
    collections: journal.collections,
    folderPath: folder.path,
  });
  if (searchEngine !== undefined) undo.push(() => searchEngine.close());

  const canary = canaryFor(listening, settings.bindAddress, pool, clock, logger);
  const visits = new FirstVisit();
  const pages = pagePorts(settings);
  const vitals =
    settings.hostMetrics && roles.has("horizon")
      ? new HostVitals({ sink, clock, logger: logger.for("host") })
      : undefined;
  const webapp = await startWebapp(
    {
      series: pool,
      index: pool,
      cardinality: pool,
      bands: pool,
      feedback,
      ...(settings.detectorName === "skyline" ? {} : { rules, trials: pool }),
      episodes: journal,
      feed,
      similarity:
        store.kind === "elasticsearch"
          ? withShareWords(searchEngine?.similarity ?? search, () => share?.report())
          : (searchEngine?.similarity ?? search),
      searchEngine: searchEngine?.control,
      seenBefore,
      incidents,
      collections: journal.collections,
      keeper: admin.keeper,
      alerts,
      notes: journal.notes,
      views: journal.views,
      sources: async () => [
        ...((await horizon?.rpc.ask<SourceStats[]>("stats")) ?? []),
        ...(vitals === undefined ? [] : [vitals.stats()]),
      ],
      bodies: horizon && bodyIntakeOf(horizon, pool),
      metadata: horizon && metadataOf(horizon),
      tunnelled: tunnelled.addressOf,
      shards: () => pool.stats(),
      journal: () => journal.report(),
      starting: () => progress.report,
      canary: () => canary?.report ?? { state: "off", lastSeenMs: null, roundTripMs: null },
      settings: () => settingReports(settings, origins),
      share: () => share?.report(),
      clock,
      logger: logger.for("webapp"),
    },
    {
      version: programVersion(),
      bind: settings.bindAddress,
      ports: pages,
      pagesFolder: join(import.meta.dirname, "../../dist/web"),
      dataFolder: folder.path,
      store: settings.storeKind,
      startedMs,
      allowedHosts: settings.hostNames,
      trustsProxy: settings.trustsProxy,
      skyline: {
        fullDurationMs: settings.fullDurationMs,
        miniDurationMs: settings.miniDurationMs,
        ...(store.kind === "redis" && {
          fullNamespace: store.fullNamespace,
          miniNamespace: store.miniNamespace,
        }),
      },
      onPageView: () => {
        visits.happened();
      },
    },
  );
  undo.push(() => webapp.close());

  const opened: Listening = {
    horizon: listening,
    webapp: webapp.ports,
    webappProblems: webapp.problems,
  };
  const keyOf = (port: number): string => pages.find((page) => page.port === port)?.key ?? "";
  const problems = portProblems(opened, asked, keyOf);
  const addresses = addressesOf(settings.bindAddress, opened);

  await shardsReady.catch((error: unknown) => {
    // What a thread ends with crosses as a plain error that has kept its name.
    if (!(error instanceof Error) || error.name !== "StoreError") throw error;
    throw new StartError("START_DATA_UNUSABLE", error.message, { cause: error });
  });
  // Of a cluster's series each process goes on with those that it comes to judge.
  if (store.kind !== "elasticsearch") {
    const active = journal.find({ state: "active", limit: Number.MAX_SAFE_INTEGER });
    await pool.adopt(active);
    alerts.take(active.map((episode) => ({ change: "changed", episode })));
  }
  await feedback.open();
  await rules.open();
  progress.done();
  searchEngine?.start();

  if (vitals !== undefined) {
    vitals.start();
    undo.push(() => vitals.stop());
  }
  if (roles.has("analyzer")) {
    const anomalies = new AnomalySeries({ sink, episodes: journal, clock, logger });
    anomalies.start();
    undo.push(() => anomalies.stop());
  }
  if (canary !== undefined) {
    canary.start();
    undo.push(() => {
      canary.stop();
    });
  }

  if (store.kind === "elasticsearch") {
    const running = new ClusterShare(
      {
        ...{ pool, journal, feed, clock },
        alert: (events) => {
          alerts.take(events);
        },
        logger: logger.for("share"),
      },
      {
        choice: store,
        processId,
        session: randomBytes(8).toString("hex"),
        label: addresses.webapp ?? "",
        isJudging: roles.has("analyzer"),
      },
    );
    share = running;
    running.start();
    undo.push(() => running.stop());
  }

  return {
    addresses,
    problems,
    newAdminToken: admin.newToken,
    sink,
    record(events) {
      journal.record(events);
    },
    onFirstVisit(listener) {
      visits.listen(listener);
    },
    warmShare: () => warmShareOf(pool),
    async stop() {
      // What is on its way may otherwise wait for machines that do not come back.
      pool.letIn();
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}

/** History that is judged after the fact is recorded, and nobody is woken by it. */
const newsAgeMs = 900_000;

function reasonToSkip({ known, lastSeenMs }: Episode, nowMs: number): string | undefined {
  if (known?.kind === "normal") return `known: ${known.label === "" ? "normal" : known.label}`;
  return nowMs - lastSeenMs > newsAgeMs ? "it was over when it was judged" : undefined;
}

/** Bodies that came over HTTP are read where all that comes in is; their buffers move there. */
function bodyIntakeOf({ rpc }: RunningThread, pool: ShardPool): BodyIntake {
  return {
    take: (request) => rpc.ask<BodyOutcome>("takeBody", request, [request.body.buffer]),
    async sync() {
      await rpc.ask<undefined>("deliver");
      await pool.commit();
    },
  };
}

function metadataOf({ rpc }: RunningThread): MetadataReader {
  return { metadata: (query) => rpc.ask<MetricMetadata[]>("metadata", query) };
}

/** @throws StartError  where the folder cannot be had */
function openDataFolder(settings: Settings, clock: Clock): DataFolder {
  try {
    return DataFolder.open(settings.dataPath, {
      shardCount: settings.shardCount === 0 ? availableParallelism() : settings.shardCount,
      clock,
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const code = error.code === "STORE_LOCKED" ? "START_DATA_IN_USE" : "START_DATA_UNUSABLE";
    throw new StartError(code, error.message, { cause: error });
  }
}

/** The pages' ports, by role; a port of 0 is off. */
function pagePorts(settings: Settings): (WebappPort & { readonly key: string })[] {
  const ports = [];
  if (settings.roles.includes("webapp")) {
    ports.push({ key: "ports.webapp", port: settings.webappPort, landing: "/" });
  }
  if (settings.roles.includes("oculus")) {
    ports.push({ key: "ports.oculus", port: settings.oculusPort, landing: "/oculus" });
  }
  return ports.filter(({ port }) => port !== 0);
}

/** A canary goes through the plaintext port; without one there is none. */
function canaryFor(
  listening: readonly ListenResult[],
  bindAddress: string,
  pool: ShardPool,
  clock: Clock,
  logger: Logger,
): Canary | undefined {
  const door = listening.find(
    ({ key, transport, ok }) => ok && key === "carbon" && transport === "tcp",
  );
  if (door === undefined) return undefined;
  return new Canary(pool, clock, logger.for("canary"), {
    host: localHost(bindAddress),
    port: door.port,
  });
}
