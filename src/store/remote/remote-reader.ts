/**
 * Questions to a remote store: what memory and the outbox have is laid over what the remote says, and the
 * remote is only asked where they do not have all. Where it is needed and does not answer, a question
 * rejects with its error; that is never "no data".
 */
import {
  nameMatcher,
  type NamePage,
  type NameQuery,
  type SampleColumns,
  sortNames,
  type StepColumns,
  type StepQuery,
  type TimeRange,
} from "../../model/index.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import type { OlderRows } from "./older-rows.ts";
import type { Outbox } from "./outbox.ts";
import type { RemoteSeries } from "./remote-series.ts";
import type { SetAside } from "./set-aside.ts";
import { stepColumnsOf, summarizePoints } from "./step-summaries.ts";
import type { WarmWindow } from "./warm-window.ts";

/** Names that the remote does not have yet and that one answer takes in beyond its own limit. */
const freshNameCountMax = 10_000;

export interface RemoteReaderParts {
  readonly remote: RemoteSeries;
  readonly window: WarmWindow;
  readonly older: OlderRows;
  readonly outbox: Outbox;
  readonly setAside: SetAside;
  /** Names that the remote may not have yet. */
  readonly fresh: ReadonlyMap<string, unknown>;
}

export class RemoteReader {
  readonly #parts: RemoteReaderParts;

  constructor(parts: RemoteReaderParts) {
    this.#parts = parts;
  }

  /** Rejects with a RemoteError where the remote is needed and does not answer. */
  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    const id = this.#parts.window.memory.find(name);
    // Taken before the remote is asked: what it has acknowledged meanwhile is then in both.
    const own = new ColumnsBuilder();
    if (id !== undefined) this.#parts.window.read(id, range, own);
    this.#parts.older.overlay(name, range, own);
    const isKnown = id !== undefined || this.#parts.older.has(name);
    if (id !== undefined && range.fromMs >= this.#parts.window.coveredFromMs(id))
      return own.take(range);

    const far = await this.#parts.remote.read(name, range);
    if (far === undefined) return isKnown ? own.take(range) : undefined;
    const all = new ColumnsBuilder(Math.max(1, far.timesMs.length + own.count));
    all.merge(far.timesMs, far.values, 0, far.timesMs.length);
    all.merge(own.timesMs, own.values, 0, own.count);
    return all.take(range);
  }

  /**
   * What the samples of each step come to: of the steps of which the remote has every sample as it says,
   * of the others, at the end of the range, from the samples. The same as from `read`, but for the last
   * digits of sums over several hours.
   *
   * @returns undefined where the remote cannot, or where memory has them all: the samples are to be read
   */
  async readSteps({ name, range, stepMs }: StepQuery): Promise<StepColumns | undefined> {
    const cutMs = Math.min(range.untilMs, this.#hasUntilMs(name, stepMs));
    if (this.#parts.remote.readSteps === undefined || cutMs <= range.fromMs) return undefined;
    const head = { fromMs: range.fromMs, untilMs: cutMs };
    const tail = { fromMs: cutMs, untilMs: range.untilMs };
    const [steps, rest] = await Promise.all([
      this.#parts.remote.readSteps({ name, range: head, stepMs }),
      tail.fromMs < tail.untilMs ? this.read(name, tail) : undefined,
    ]);
    if (steps === undefined) return undefined;
    return stepColumnsOf([...steps, ...(rest === undefined ? [] : summarizePoints(rest, stepMs))]);
  }

  /** A name that is being written at this moment may count twice in `totalCount` of a cut page. */
  async findNames({ query, limit }: NameQuery): Promise<NamePage> {
    const fresh = this.freshNames(query);
    const page = await this.#parts.remote.findNames({ query, limit: limit + fresh.length });
    const known = new Set(page.names);
    const added = fresh.filter((name) => !known.has(name));
    return {
      names: sortNames([...page.names, ...added], query).slice(0, limit),
      totalCount: page.totalCount + added.length,
    };
  }

  /** Matching names that the remote may not have yet. */
  freshNames(query: string): string[] {
    const matches = nameMatcher(query);
    const found: string[] = [];
    for (const name of this.#parts.fresh.keys()) {
      if (!matches(name)) continue;
      found.push(name);
      if (found.length === freshNameCountMax) break;
    }
    return found;
  }

  /**
   * The end of the steps that the remote is asked for: every sample before it is acknowledged, and after
   * it memory has them all as far as it can be.
   */
  #hasUntilMs(name: string, stepMs: number): number {
    const waitingMs = Math.min(this.#parts.outbox.windowMinMs(), this.#parts.older.minMs(name));
    const id = this.#parts.window.memory.find(name);
    const coveredMs = id === undefined ? Infinity : this.#parts.window.coveredFromMs(id);
    // What was set aside is in memory only, as long as it is there.
    const round = this.#parts.setAside.sampleCount === 0 ? Math.ceil : Math.floor;
    return Math.min(Math.floor(waitingMs / stepMs), round(coveredMs / stepMs)) * stepMs;
  }
}
