/**
 * Series in Elasticsearch or OpenSearch: one document for each series and hour, as OpenTSDB has rows.
 *
 *     write ─→ open hours, replaced in place (plain index) ─→ sealed hours (data stream) ─→ dropped
 *                                             an hour is over and quiet          after the retention
 *
 * Why so: a document costs an engine some hundred bytes and its share of work whatever is in it, so one
 * for each point costs many times as much as one for each hour; but points must be on other machines
 * within seconds. So the hour's document is there from its first point on, and is written anew with each
 * flush. What grows lies in a small index of its own, since replaced documents are waste that must be
 * merged away; what is done is created once in a data stream, whose indexes are dropped whole.
 *
 * A document is changed by its writer only, so writers need no locks. Readers join the documents of an
 * hour: of several writers, of samples that came late, of an hour that is being sealed. Points are
 * joined by time; of equal times the document with the later stamp wins.
 *
 * Nothing is asked of the cluster before the first call that needs it, and what is missing there is made
 * then: a Kale that starts while the cluster is away starts all the same.
 */
import {
  clusterHealth,
  type ClusterHealth,
  createDataStream,
  createIndex,
  EngineClient,
  ensureTemplate,
  refreshIndex,
} from "../../engine/index.ts";
import type {
  NamePage,
  NameQuery,
  SampleBatch,
  SampleColumns,
  SeriesSelector,
  StepQuery,
  TimeRange,
} from "../../model/index.ts";
import type { ColumnsBuilder } from "../memory/columns.ts";
import type {
  RemoteHealth,
  RemoteSeries,
  ScanRequest,
  ScannedSeries,
} from "../remote/remote-series.ts";
import type { StepSummary } from "../remote/step-summaries.ts";
import { BulkWriter } from "./bulk-writer.ts";
import { nameOperation, openOperation, type PointDocument } from "./documents.ts";
import { HourPoints } from "./hour-points.ts";
import { HourSealer } from "./hour-sealer.ts";
import { NameIndex } from "./name-index.ts";
import { dayMs, hourMs, type OpenHour, OpenHours, partitionCount } from "./open-hours.ts";
import { type ElasticsearchSeriesOptions, type IndexNames, indexNames } from "./options.ts";
import { joinDocuments, PointReader } from "./point-reader.ts";
import { remoteError } from "./remote-errors.ts";
import { applyRetention } from "./retention.ts";
import { summarizeInEngine } from "./summaries.ts";
import { StepReader } from "./step-reader.ts";
import { templatesOf } from "./templates.ts";

const graceMsUsual = 10 * 60_000;
/** Hours that a writer has open at most; then those that were left alone longest are sealed. */
const openHourCountMax = 200_000;
const retentionIntervalMs = hourMs;
/** An open hour of a writer that was not heard of for this long is sealed by whoever sees it. */
const abandonedAfterMs = 6 * hourMs;

const allPartitions = Array.from({ length: partitionCount }, (_, partition) => partition);

/** Resolves at once, whether the cluster is there or not. */
export function openElasticsearchSeries(
  options: ElasticsearchSeriesOptions,
): Promise<ElasticsearchSeries> {
  return Promise.resolve(new ElasticsearchSeries(options));
}

export class ElasticsearchSeries implements RemoteSeries {
  readonly #options: ElasticsearchSeriesOptions;
  readonly #indexes: IndexNames;
  readonly #client: EngineClient;
  readonly #writer: BulkWriter;
  readonly #reader: PointReader;
  readonly #names: NameIndex;
  readonly #open = new OpenHours();
  readonly #sealer: HourSealer;
  readonly #steps: StepReader;
  #preparing: Promise<void> | undefined;
  /** Writes and seals take turns: both change documents of open hours. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Searches may not see yet what was written last; true at first, for what an earlier run wrote. */
  #hasNewNames = true;
  #writtenSampleCount = 0;
  #lastWriteMs: number | null = null;
  #retentionAtMs = -Infinity;
  #failure: string | undefined;
  #description: string;
  #clusterProblem: string | undefined;

  constructor(options: ElasticsearchSeriesOptions) {
    this.#options = options;
    this.#indexes = indexNames(options.prefix);
    const { clock, connection, copyCount } = options;
    this.#client = new EngineClient({ ...connection, clock });
    this.#writer = new BulkWriter(this.#client, { copyCount });
    this.#reader = new PointReader(this.#client, this.#indexes);
    this.#names = new NameIndex(this.#client, this.#indexes);
    this.#sealer = new HourSealer({
      client: this.#client,
      indexes: this.#indexes,
      bulk: this.#writer,
      reader: this.#reader,
      open: this.#open,
      writer: options.writer,
    });
    this.#steps = new StepReader({
      open: this.#open,
      read: (name, range) => this.read(name, range),
      ask: (request) => this.#asking(() => summarizeInEngine(this.#client, this.#indexes, request)),
    });
    this.#description = `elasticsearch or opensearch at ${connection.nodes.join(", ")}`;
  }

  /** A repeat needs no care: the same rows make the same documents. */
  async write(batch: SampleBatch): Promise<void> {
    await this.#asking(() =>
      this.#inTurn(async () => {
        const { clock } = this.#options;
        const nowMs = clock.nowMs();
        const hours = this.#open.take(batch, nowMs);
        const today = Math.floor(nowMs / dayMs);
        const unseen = new Set(
          hours.map(({ series }) => series).filter(({ seenDay }) => seenDay < today),
        );
        await this.#writer.write([
          ...[...unseen].map((series) => nameOperation(this.#indexes, series, today)),
          ...hours.map((open) => openOperation(this.#indexes, open, this.#options.writer)),
        ]);
        if (unseen.size > 0) this.#hasNewNames = true;
        for (const series of unseen) series.seenDay = today;
        for (const open of hours) open.isDirty = false;
        this.#writtenSampleCount += batch.count;
        this.#lastWriteMs = nowMs;
        await this.#sealer.seal(this.#open.surplus(openHourCountMax));
      }),
    );
  }

  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    return await this.#asking(async () => {
      // Held from before the search: what is sealed and forgotten meanwhile would be in neither.
      const own = this.#open.get(name);
      const ownHours = [...(own?.hours.values() ?? [])];
      const documents = await this.#reader.ofSeries(name, range);
      if (documents.length === 0 && own === undefined && !(await this.#names.has(name))) {
        return undefined;
      }
      return joinOwn(documents, ownHours).take(range);
    });
  }

  async findNames(query: NameQuery): Promise<NamePage> {
    return await this.#asking(async () => {
      await this.#showNewNames();
      return await this.#names.find(query);
    });
  }

  /** Series that pass every condition; the conditions are ones that `compileSelector` takes. */
  async select(selector: SeriesSelector): Promise<NamePage> {
    return await this.#asking(async () => {
      await this.#showNewNames();
      return await this.#names.select(selector);
    });
  }

  async *scan(request: ScanRequest): AsyncGenerator<ScannedSeries> {
    const { range, wants, partitions = allPartitions, onProgress } = request;
    const totalCount = await this.#asking(() => this.#reader.countIn(range, partitions));
    let doneCount = 0;
    for (const partition of partitions) {
      onProgress(doneCount, totalCount);
      const ownSeries = [...this.#open.all()].filter((series) => series.partition === partition);
      const byName = new Map<string, PointDocument[]>();
      for (const { name } of ownSeries) if (wants(name)) byName.set(name, []);
      await this.#asking(async () => {
        for await (const page of this.#reader.ofPartition(partition, range)) {
          doneCount += page.length;
          for (const document of page) {
            if (wants(document.name)) addTo(byName, document.name, document);
          }
        }
      });
      for (const [name, documents] of byName) {
        const own = this.#open.get(name);
        const columns = joinOwn(documents, [...(own?.hours.values() ?? [])]).take(range);
        if (columns.timesMs.length === 0) continue;
        yield { name, columns, stated: statedOf(documents) | (own?.stated ?? 0) };
      }
    }
    onProgress(totalCount, totalCount);
  }

  /**
   * What other writers have written since `sinceMs` of these partitions, whole hours at a time. A
   * cluster shows it some seconds after it was written, and clocks differ: ask with some overlap.
   */
  async *changedSince(
    sinceMs: number,
    partitions: readonly number[],
  ): AsyncGenerator<ScannedSeries> {
    const byName = new Map<string, PointDocument[]>();
    await this.#asking(async () => {
      const { writer } = this.#options;
      for await (const page of this.#reader.changedSince(sinceMs, partitions, writer)) {
        for (const document of page) addTo(byName, document.name, document);
      }
    });
    const always = { fromMs: 0, untilMs: Infinity };
    for (const [name, documents] of byName) {
      const columns = joinDocuments(documents).take(always);
      yield { name, columns, stated: statedOf(documents) };
    }
  }

  async *namesIn(partitions: readonly number[]): AsyncGenerator<string> {
    await this.#asking(() => this.#showNewNames());
    yield* this.#names.inPartitions(partitions);
  }

  async readSteps(query: StepQuery): Promise<readonly StepSummary[] | undefined> {
    return await this.#steps.read(query);
  }

  async maintain(): Promise<void> {
    await this.#asking(async () => {
      const { clock, graceMs = graceMsUsual, retentionMs } = this.#options;
      await this.#readClusterHealth();
      await this.#inTurn(() => this.#sealer.seal(this.#open.done(clock.nowMs(), graceMs)));
      if (clock.elapsedMs() - this.#retentionAtMs < retentionIntervalMs) return;
      const nowMs = clock.nowMs();
      await this.#sealer.sealAbandoned(nowMs - abandonedAfterMs);
      const { droppedIndexes } = await applyRetention(this.#client, this.#indexes, {
        nowMs,
        retentionMs,
      });
      if (droppedIndexes.length > 0) {
        this.#options.logger.info("dropped what is past the retention", {
          indexes: droppedIndexes.join(" "),
        });
      }
      this.#open.forgetSeriesBefore(Math.floor(nowMs / dayMs));
      this.#retentionAtMs = clock.elapsedMs();
    });
  }

  health(): RemoteHealth {
    const { failedNodes, nodeCount } = this.#client.nodeHealth();
    const nodeProblem =
      failedNodes.length === 0
        ? undefined
        : `${failedNodes.length} of ${nodeCount} nodes do not answer: ${failedNodes.join(", ")}`;
    const problems = [this.#failure, nodeProblem, this.#clusterProblem];
    const problem = problems.filter((each) => each !== undefined).join("; ");
    return {
      description: this.#description,
      isReachable: this.#failure === undefined && failedNodes.length < nodeCount,
      problem: problem === "" ? undefined : problem,
      writtenSampleCount: this.#writtenSampleCount,
      writtenBytes: this.#writer.writtenBytes,
      retryCount: this.#writer.retryCount,
      lastWriteMs: this.#lastWriteMs,
      summedStepCount: this.#steps.summedCount,
    };
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    this.#client.close();
  }

  /** Makes what is missing in the cluster and takes up the hours that this writer had open. */
  async #prepare(): Promise<void> {
    const { writer } = this.#options;
    const { flavour, version } = await this.#client.info();
    for (const template of templatesOf(this.#indexes, this.#options)) {
      if ((await ensureTemplate(this.#client, template)) === "newer") {
        this.#options.logger.warn("a template in the cluster is of a newer Kale, and is left", {
          template: template.name,
        });
      }
    }
    await createIndex(this.#client, this.#indexes.names, {});
    await createIndex(this.#client, this.#indexes.open, {});
    await createDataStream(this.#client, this.#indexes.points);
    await refreshIndex(this.#client, this.#indexes.open);
    for await (const page of this.#reader.openOf({ term: { writer } })) {
      for (const document of page) this.#restore(document);
    }
    this.#description = `${flavour} ${version}`;
    await this.#readClusterHealth();
  }

  #restore(document: PointDocument): void {
    const points = HourPoints.parse(Uint8Array.from(document.bytes));
    if (points !== undefined) this.#open.restore(document, points);
  }

  async #showNewNames(): Promise<void> {
    if (!this.#hasNewNames) return;
    this.#hasNewNames = false;
    await refreshIndex(this.#client, this.#indexes.names);
  }

  async #readClusterHealth(): Promise<void> {
    const { flavour, version } = await this.#client.info();
    const health = await clusterHealth(this.#client, { index: `${this.#options.prefix}-*` });
    const nodes = `${health.nodeCount} ${health.nodeCount === 1 ? "node" : "nodes"}`;
    this.#description = `${flavour} ${version}, ${nodes}`;
    this.#clusterProblem = problemOf(health, this.#options.copyCount);
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.catch(() => undefined).then(action);
    this.#turn = done;
    return done;
  }

  /** Prepares the cluster if that is still to do, and makes the engine's errors the store's. */
  async #asking<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      this.#preparing ??= this.#prepare();
      await this.#preparing.catch((error: unknown) => {
        this.#preparing = undefined;
        throw error;
      });
      const result = await action();
      this.#failure = undefined;
      return result;
    } catch (error) {
      const known = remoteError(error);
      this.#failure = known instanceof Error ? known.message : String(known);
      throw known;
    }
  }
}

/** What the cluster has, and over it what this writer has open: its copy there may be older. */
function joinOwn(
  documents: readonly PointDocument[],
  ownHours: readonly OpenHour[],
): ColumnsBuilder {
  const joined = joinDocuments([
    ...documents,
    ...ownHours.map((open) => ({
      id: "",
      index: "",
      name: open.series.name,
      hour: open.hour,
      writer: "",
      writtenMs: open.writtenMs,
      stated: open.series.stated,
      bytes: open.points.bytes,
    })),
  ]);
  return joined;
}

/** Joined over the hours of one series: see stated-type.ts. */
function statedOf(documents: readonly PointDocument[]): number {
  return documents.reduce((bits, { stated }) => bits | stated, 0);
}

function addTo(byName: Map<string, PointDocument[]>, name: string, document: PointDocument): void {
  const documents = byName.get(name);
  if (documents === undefined) byName.set(name, [document]);
  else documents.push(document);
}

function problemOf(health: ClusterHealth, copyCount = 1): string | undefined {
  if (health.status === "red") {
    return "the cluster is red: some shards have no copy that answers; look at its nodes and disks";
  }
  if (health.status === "green") return undefined;
  // One node cannot hold a second copy, and nobody asked for one.
  if (copyCount === 1 && health.dataNodeCount === 1) return undefined;
  return `the cluster is yellow: ${health.unassignedShardCount} copies are missing`;
}
