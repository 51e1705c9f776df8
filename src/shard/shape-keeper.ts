/**
 * A shard's tables of shapes: one for the last hour, kept warm, and a few for other windows that
 * somebody has just asked about.
 *
 * The warm table covers whole minutes, and is filled anew every minute while the one
 * of the minute before still serves; sooner where many series had nothing in it yet, as when history
 * is being written. A window that is asked for twice, as when a page changes the
 * method, is filled once. All filling is done in slices, so that judging goes on between them.
 */
import type { Clock } from "../base/clock.ts";
import type { SeriesWindow, TimeRange } from "../model/index.ts";
import { ShapeTable, TableFiller } from "../oculus/index.ts";
import { SearchTurns } from "./search-turns.ts";

const minuteMs = 60_000;
const cellMs = 10_000;
const pointCountMin = 20;
const pointCountMax = 60;

/** Work between two turns of the thread. */
export const searchSliceMs = 4;

/** Tables for windows that somebody asked about; the one unused for longest makes room. */
const askedTableCountMax = 2;
/** Numbers in one table, and in all of those together: half a gigabyte. */
export const tableCellMax = 2 ** 27;

/** Samples of the newest seconds may still be on their way when a minute ends. */
const settleMs = 3000;

const idsBetweenLooks = 32;

/** Where more of the series than this were empty, the table is soon filled again. */
const emptyShareMax = 0.2;
const emptyRefillMs = 3000;
/** Filling takes at most one part in so many of a shard's time. */
const restFactor = 20;

/** A table is not used where the shard has had so many more series since it was filled. */
const newcomerShareMax = 0.05;

/** Made for whoever asked: "too-large" where the series are too many for so many points. */
export type FilledTable =
  | { readonly kind: "filled"; readonly table: ShapeTable }
  | { readonly kind: "given-up" }
  | { readonly kind: "too-large"; readonly pointCountMax: number };

interface KeptTable {
  readonly range: TimeRange;
  readonly table: ShapeTable;
  /** Of the shard when the table was filled. */
  readonly idCount: number;
}

export class ShapeKeeper {
  readonly #window: SeriesWindow;
  readonly #clock: Clock;
  readonly #warmDurationMs: number;
  readonly #kernel: WebAssembly.Module | undefined;
  #warm: KeptTable | undefined;
  /** The table of the minute before, to be filled next. */
  #spare: ShapeTable | undefined;
  readonly #asked: KeptTable[] = [];
  /** One table is filled for askers at a time: however many ask, memory is taken for one more. */
  #filling: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param options.kernel  of distances, for the tables */
  constructor(
    window: SeriesWindow,
    clock: Clock,
    options: {
      readonly warmDurationMs: number;
      readonly kernel?: WebAssembly.Module | undefined;
    },
  ) {
    this.#window = window;
    this.#clock = clock;
    this.#warmDurationMs = options.warmDurationMs;
    this.#kernel = options.kernel;
  }

  /** For all work of this kind in the shard. */
  readonly turns = new SearchTurns();

  get memoryBytes(): number {
    const tables = [this.#warm?.table, this.#spare, ...this.#asked.map(({ table }) => table)];
    return tables.reduce((sum, table) => sum + (table?.memoryBytes ?? 0), 0);
  }

  /** How many series of the warm table can be compared. */
  get comparableCount(): number {
    return this.#warm?.table.comparableCount ?? 0;
  }

  start(): void {
    void this.#refresh();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** The table of exactly this window, if there is one that knows the series of now. */
  find(range: TimeRange, pointCount: number): ShapeTable | undefined {
    const idCountMin = this.#window.idCount / (1 + newcomerShareMax);
    const serves = (kept: KeptTable): boolean =>
      isOf(kept, range, pointCount) && kept.idCount >= idCountMin;
    if (this.#warm !== undefined && serves(this.#warm)) return this.#warm.table;
    const at = this.#asked.findIndex(serves);
    if (at < 0) return undefined;
    const [kept] = this.#asked.splice(at, 1);
    this.#asked.push(kept!);
    return kept!.table;
  }

  /**
   * The table of this window: found, or filled and kept.
   *
   * @param onSlice  hears of the table after each slice of filling; false gives up
   */
  async tableOf(
    range: TimeRange,
    pointCount: number,
    onSlice: (table: ShapeTable) => boolean | Promise<boolean>,
  ): Promise<FilledTable> {
    const found = this.find(range, pointCount);
    if (found !== undefined) return { kind: "filled", table: found };
    const filled = this.#filling.then(async () => await this.#fill(range, pointCount, onSlice));
    this.#filling = filled.catch(() => undefined);
    return await filled;
  }

  async #fill(
    range: TimeRange,
    pointCount: number,
    onSlice: (table: ShapeTable) => boolean | Promise<boolean>,
  ): Promise<FilledTable> {
    // Whoever was first may have asked for the same window.
    const found = this.find(range, pointCount);
    if (found !== undefined) return { kind: "filled", table: found };
    const { idCount } = this.#window;
    if (idCount * pointCount > tableCellMax) {
      return { kind: "too-large", pointCountMax: Math.floor(tableCellMax / idCount) };
    }
    const table = this.#newTable(pointCount, idCount);
    if (!(await onSlice(table)) || !(await this.#fillInto(table, range, onSlice))) {
      return { kind: "given-up" };
    }
    this.#asked.push({ range, table, idCount });
    while (this.#asked.length > 1 && this.#isAskedTooMuch()) this.#asked.shift();
    return { kind: "filled", table };
  }

  #isAskedTooMuch(): boolean {
    const cellCount = this.#asked.reduce(
      (sum, { table, idCount }) => sum + table.pointCount * idCount,
      0,
    );
    return this.#asked.length > askedTableCountMax || cellCount > tableCellMax;
  }

  async #refresh(): Promise<void> {
    const untilMs = Math.floor((this.#clock.nowMs() - settleMs) / minuteMs) * minuteMs;
    const range = { fromMs: untilMs - this.#warmDurationMs, untilMs };
    const pointCount = pointCountFor(range);
    const { idCount } = this.#window;
    const table = this.#spare ?? this.#newTable(pointCount, idCount);
    this.#spare = undefined;
    const startedMs = this.#clock.elapsedMs();
    if (!(await this.#fillInto(table, range, () => true))) return;
    const fillMs = this.#clock.elapsedMs() - startedMs;
    this.#spare = this.#warm?.table;
    this.#warm = { range, table, idCount };
    const nextMinuteMs = untilMs + minuteMs + settleMs - this.#clock.nowMs();
    const isMostlyThere = idCount > 0 && table.faultCounts().empty <= emptyShareMax * idCount;
    const wantedMs = isMostlyThere ? nextMinuteMs : Math.min(nextMinuteMs, emptyRefillMs);
    const delayMs = Math.max(wantedMs, restFactor * fillMs);
    this.#timer = setTimeout(() => void this.#refresh(), delayMs);
    this.#timer.unref();
  }

  #newTable(pointCount: number, rowCount: number): ShapeTable {
    return new ShapeTable({ pointCount, rowCount, kernel: this.#kernel });
  }

  async #fillInto(
    table: ShapeTable,
    range: TimeRange,
    onSlice: (table: ShapeTable) => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const filler = new TableFiller(this.#window, range, table);
    for (;;) {
      await this.turns.next();
      const endMs = this.#clock.elapsedMs() + searchSliceMs;
      let isDone = filler.step(idsBetweenLooks);
      while (!isDone && this.#clock.elapsedMs() < endMs) isDone = filler.step(idsBetweenLooks);
      if (this.#isStopped || !(await onSlice(table))) return false;
      if (isDone) return true;
    }
  }
}

/** How many points a window is compared by unless asked otherwise: one for each 10 s, at most 60. */
export function pointCountFor({ fromMs, untilMs }: TimeRange): number {
  return Math.min(Math.max(Math.floor((untilMs - fromMs) / cellMs), pointCountMin), pointCountMax);
}

/** The window of the warm tables at a moment, as every shard has it a little later. */
export function warmRange(nowMs: number, durationMs: number): TimeRange {
  const untilMs = Math.floor((nowMs - 2 * settleMs) / minuteMs) * minuteMs;
  return { fromMs: untilMs - durationMs, untilMs };
}

function isOf(kept: KeptTable, range: TimeRange, pointCount: number): boolean {
  return (
    kept.range.fromMs === range.fromMs &&
    kept.range.untilMs === range.untilMs &&
    kept.table.pointCount === pointCount
  );
}
