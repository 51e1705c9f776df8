/**
 * A store whose truth is on other machines: Redis, Elasticsearch, OpenSearch. One per shard thread.
 *
 *     write ──┬─→ window (SeriesMemory) ──────────→ judged, searched, read
 *             ├─→ older rows (before the window) ─→ read, until acknowledged
 *             └─→ outbox (log on the local disk) ─→ courier ─→ RemoteSeries
 *
 * A sample is visible when `write` resolves, survives `kill -9` when `commit` does, and leaves the
 * outbox when the remote has acknowledged it. While the remote is away the outbox grows up to its
 * limit; then `write` waits. The window is filled from the remote at the start; until that is done,
 * and beyond its length, `read` asks the remote and lays what is here over the answer.
 */
import type { Logger } from "../../base/log.ts";
import {
  type NamePage,
  type NameQuery,
  type SampleBatch,
  type SampleColumns,
  type SeriesNameList,
  type SeriesStore,
  type StepColumns,
  type StepQuery,
  type StoreStats,
  type TimeRange,
  type WatchedWindow,
} from "../../model/index.ts";
import { StoreError } from "../errors.ts";
import { FaultLedger } from "../log/fault-ledger.ts";
import { Slicer } from "../log/slice.ts";
import { Courier } from "./courier.ts";
import { NameList } from "./name-list.ts";
import { OlderRows } from "./older-rows.ts";
import { Outbox } from "./outbox.ts";
import { RemoteReader } from "./remote-reader.ts";
import { RemoteReport } from "./remote-report.ts";
import type { RemoteSeries } from "./remote-series.ts";
import {
  type RemoteStoreOptions,
  type RemoteStoreSettings,
  withDefaults,
} from "./remote-store-options.ts";
import { RowIntake } from "./row-intake.ts";
import { SetAside } from "./set-aside.ts";
import { WarmWindow } from "./warm-window.ts";
import { WriterRoom } from "./writer-room.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** Names that others have taken in are known here after this. */
const listIntervalMs = 30 * secondMs;
/** A batch is taken in pieces of this many rows, with the thread free in between. */
const rowsPerPiece = 2048;
const sliceMs = 2;

export class RemoteStore implements SeriesStore {
  readonly window: WatchedWindow;
  /** All series of this shard, those that other processes judge among them. */
  readonly names: SeriesNameList;
  readonly #settings: RemoteStoreSettings;
  readonly #logger: Logger;
  readonly #remote: RemoteSeries;
  readonly #window: WarmWindow;
  readonly #faults: FaultLedger;
  readonly #outbox: Outbox;
  readonly #setAside: SetAside;
  readonly #older: OlderRows;
  readonly #courier: Courier;
  readonly #reader: RemoteReader;
  /** Series new to the window, and the ordinal of their first row, until it is acknowledged. */
  readonly #list: NameList;
  #listedAtMs = -Infinity;
  readonly #fresh = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();
  readonly #room: WriterRoom;
  #isClosed = false;
  #commitTimer: NodeJS.Timeout | undefined;
  #maintainTimer: NodeJS.Timeout | undefined;
  #remoteMaintainedAtMs: number;
  readonly #intake: RowIntake;
  readonly #report: RemoteReport;

  private constructor(
    remote: RemoteSeries,
    settings: RemoteStoreSettings,
    parts: { readonly outbox: Outbox; readonly setAside: SetAside; readonly faults: FaultLedger },
  ) {
    this.#settings = settings;
    this.#logger = settings.logger.for("store");
    this.#remote = remote;
    this.#faults = parts.faults;
    this.#outbox = parts.outbox;
    this.#setAside = parts.setAside;
    this.#list = new NameList({ countMax: settings.seriesCountMax });
    this.#older = new OlderRows({ countMax: settings.olderRowCountMax });
    this.#remoteMaintainedAtMs = settings.clock.elapsedMs();
    this.#window = new WarmWindow(
      {
        remote,
        clock: settings.clock,
        logger: this.#logger,
        faults: parts.faults,
        onFresh: (name) => {
          this.#fresh.set(name, this.#outbox.nextOrdinal);
          if (settings.isShared) this.#list.note(name);
        },
        neededFromMs: () => this.#outbox.windowMinMs(),
        mayForget: (name) => !this.#fresh.has(name) && !this.#older.has(name),
      },
      settings,
    );
    this.window = this.#window.shown;
    this.names = settings.isShared ? this.#list : this.window;
    this.#reader = new RemoteReader({
      ...parts,
      remote,
      window: this.#window,
      older: this.#older,
      fresh: this.#fresh,
    });
    this.#courier = new Courier(
      {
        ...parts,
        remote,
        clock: settings.clock,
        logger: this.#logger,
        onDone: (end) => {
          this.#forgetBefore(end);
        },
      },
      settings,
    );
    this.#room = new WriterRoom({
      ...parts,
      older: this.#older,
      courier: this.#courier,
      commit: () => this.#commit(),
      sizeBytesMax: settings.outboxBytesMax,
    });
    const { clock, retentionMs, outboxBytesMax } = settings;
    const shared = { ...parts, window: this.#window, older: this.#older, clock };
    this.#intake = new RowIntake({ ...shared, retentionMs });
    const running = { remote, courier: this.#courier, room: this.#room };
    this.#report = new RemoteReport({ ...shared, ...running, outboxBytesMax });
  }

  /**
   * Opens the outbox in `folder`, made if it is not there, and begins to give what it holds and to
   * fill the window. Resolves without waiting for the remote; the store closes it in the end.
   *
   * @throws StoreError  STORE_FORMAT, or STORE_UNREACHABLE where the folder cannot be read
   */
  static async open(
    folder: string,
    remote: RemoteSeries,
    options: RemoteStoreOptions,
  ): Promise<RemoteStore> {
    const settings = withDefaults(options);
    const { clock, disk } = settings;
    const faults = new FaultLedger(clock, settings.logger.for("store"));
    try {
      const outbox = await Outbox.open(folder, { clock, disk, faults });
      const sizeBytesMax = settings.outboxBytesMax / 4;
      const setAside = await SetAside.open(folder, { clock, disk, faults, sizeBytesMax });
      const store = new RemoteStore(remote, settings, { outbox, setAside, faults });
      await store.#begin();
      return store;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError("STORE_UNREACHABLE", `open the outbox ${folder}`, { cause: error });
    }
  }

  /** Resolves when the window is filled from the remote, however long that takes. */
  get warm(): Promise<void> {
    return this.#window.warm;
  }

  /**
   * From now on these partitions are judged here.
   *
   * @param onShown  called when the window has them, before anything is judged
   */
  takeOver(partitions: readonly number[], onShown: () => void): Promise<void> {
    return this.#window.takeOver(partitions, onShown);
  }

  /** These partitions are judged elsewhere from now on. */
  drop(partitions: readonly number[]): void {
    this.#window.drop(partitions);
  }

  write(batch: SampleBatch): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#take(batch));
    return this.#writing;
  }

  async commit(): Promise<void> {
    if (this.#isClosed) throw closed();
    await this.#writing.catch(() => undefined);
    await this.#commit();
  }

  read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    return this.#whileOpen(() => this.#reader.read(name, range));
  }

  readSteps(query: StepQuery): Promise<StepColumns | undefined> {
    return this.#whileOpen(() => this.#reader.readSteps(query));
  }

  findNames(query: NameQuery): Promise<NamePage> {
    return this.#whileOpen(() => this.#reader.findNames(query));
  }

  /** Matching names that the remote may not have yet. */
  freshNames(query: string): string[] {
    return this.#reader.freshNames(query);
  }

  stats(): StoreStats {
    const memory = this.#window.memory.stats();
    return {
      seriesCount: this.#window.seriesCount,
      sampleCount: memory.sampleCount + this.#older.count,
      memoryBytes: memory.memoryBytes,
      diskBytes: this.#outbox.diskBytes,
      uncommittedCount: this.#outbox.uncommittedCount,
      isDurable: this.#outbox.isDurable,
      refusedSeriesCount: memory.refusedSeriesCount,
      room: {
        seriesCountMax: this.#settings.seriesCountMax,
        bytesMax: this.#settings.memoryBytesMax,
        sealedSampleCount: memory.sealedSampleCount,
        sealedBytes: memory.sealedBytes,
        refusedNames: memory.refusedNames,
      },
      lateCount: memory.lateCount,
      faults: this.#faults.list(),
      remote: this.#report.stats(),
    };
  }

  /** Trims the window, and lets the remote look after itself when it is time. Never rejects. */
  async maintain(): Promise<void> {
    await this.#window.trim();
    await this.#listNames();
    const { clock } = this.#settings;
    if (clock.elapsedMs() - this.#remoteMaintainedAtMs < minuteMs) return;
    this.#remoteMaintainedAtMs = clock.elapsedMs();
    try {
      await this.#remote.maintain();
    } catch (error) {
      this.#faults.report(
        "maintenance-failed",
        `The remote's housekeeping failed: ${words(error)}`,
      );
    }
  }

  /** Gives the remote all that waits, as far as it takes it within `patienceMs`. */
  async flush(patienceMs: number): Promise<void> {
    await this.commit();
    await this.#courier.flush(patienceMs);
  }

  /** The program ends: what is on its way is taken in beyond the limit, so that nobody waits. */
  letIn(): void {
    this.#room.letIn();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.letIn();
    clearTimeout(this.#maintainTimer);
    this.#window.stop();
    await this.#writing.catch(() => undefined);
    this.#isClosed = true;
    clearTimeout(this.#commitTimer);
    try {
      await this.#outbox.commit().catch(() => undefined);
      if (this.#courier.failure === undefined && this.#outbox.waitingCount > 0)
        await this.#courier.flush(this.#settings.closePatienceMs);
      await this.#courier.stop(secondMs);
      await this.#remote.close().catch((error: unknown) => {
        this.#logger.warn("the remote did not close", { cause: words(error) });
      });
    } finally {
      await this.#setAside.close();
      await this.#outbox.close();
    }
  }

  #whileOpen<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return this.#isClosed ? Promise.reject(closed()) : ask();
  }

  async #begin(): Promise<void> {
    await this.#outbox.replay((rows, first) => this.#intake.takeBack(rows, first));
    this.#courier.start();
    this.#scheduleMaintain();
    this.#window.start();
  }

  async #take(batch: SampleBatch): Promise<void> {
    if (this.#isClosed) throw closed();
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    for (let from = 0; from < batch.count; from += rowsPerPiece) {
      if (slicer.isDue) await slicer.pause();
      await this.#room.wait();
      this.#intake.take(batch, from, Math.min(from + rowsPerPiece, batch.count));
    }
    if (this.#settings.commitEveryBatch) await this.#commit();
    else this.#scheduleCommit(this.#settings.commitIntervalMs);
  }

  async #commit(): Promise<void> {
    try {
      await this.#outbox.commit();
    } catch (error) {
      // What waits in memory is written as soon as the disk takes it.
      if (!this.#isClosed)
        this.#scheduleCommit(Math.max(secondMs, this.#settings.commitIntervalMs));
      throw error;
    } finally {
      this.#courier.poke();
      this.#room.make();
    }
  }

  #scheduleCommit(delayMs: number): void {
    if (this.#commitTimer !== undefined) return;
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = undefined;
      this.#commit().catch(() => undefined);
    }, delayMs);
    this.#commitTimer.unref();
  }

  #forgetBefore(end: number): void {
    this.#older.forgetBefore(end);
    for (const [name, ordinal] of this.#fresh) {
      if (ordinal >= end) break;
      this.#fresh.delete(name);
    }
    this.#room.make();
  }

  /** What other processes have taken in since. */
  async #listNames(): Promise<void> {
    const { clock, isShared, partitions, wants } = this.#settings;
    const isDue = clock.elapsedMs() - this.#listedAtMs >= listIntervalMs;
    if (!isShared || !isDue || this.#remote.namesIn === undefined) return;
    try {
      for await (const name of this.#remote.namesIn(partitions)) {
        if (wants(name)) this.#list.note(name);
      }
      this.#listedAtMs = clock.elapsedMs();
    } catch (error) {
      this.#faults.report("remote-away", `The names could not be listed: ${words(error)}`);
    }
  }

  #scheduleMaintain(): void {
    const { maintainIntervalMs } = this.#settings;
    if (maintainIntervalMs === 0 || this.#isClosed) return;
    this.#maintainTimer = setTimeout(() => {
      void this.maintain().then(() => {
        this.#scheduleMaintain();
      });
    }, maintainIntervalMs);
    this.#maintainTimer.unref();
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function closed(): StoreError {
  return new StoreError("STORE_CLOSED", "the store was closed before");
}
