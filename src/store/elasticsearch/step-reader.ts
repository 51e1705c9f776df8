/**
 * What the samples of each step come to: from the sums that the engine has beside the points, but for
 * steps of which this writer still has an hour open, and such as have several documents for an hour, which
 * are read. Questions that come in the same moment, of many series over the same steps, go as one.
 */
import type { SampleColumns, StepQuery, TimeRange } from "../../model/index.ts";
import { type StepSummary, summarizePoints } from "../remote/step-summaries.ts";
import { hourMs, type OpenHours } from "./open-hours.ts";
import {
  assertWholeSteps,
  canSummarize,
  type EngineSummaries,
  spansOf,
  type SummaryRequest,
} from "./summaries.ts";

/** Series of which points are read at once, where the engine's sums are in doubt. */
const readsAtOnce = 32;

export interface StepReaderParts {
  readonly open: OpenHours;
  readonly read: (name: string, range: TimeRange) => Promise<SampleColumns | undefined>;
  readonly ask: (request: SummaryRequest) => Promise<EngineSummaries>;
}

interface Gathered {
  readonly names: Set<string>;
  readonly answer: Promise<Map<string, StepSummary[]>>;
}

export class StepReader {
  readonly #parts: StepReaderParts;
  /** Questions of this moment, by range and step. */
  readonly #gathered = new Map<string, Gathered>();
  #summedCount = 0;

  constructor(parts: StepReaderParts) {
    this.#parts = parts;
  }

  /** Steps of which no point was read. */
  get summedCount(): number {
    return this.#summedCount;
  }

  /** @returns undefined where the steps are not of whole hours */
  async read({ name, range, stepMs }: StepQuery): Promise<readonly StepSummary[] | undefined> {
    if (!canSummarize(stepMs)) return undefined;
    const key = `${range.fromMs} ${range.untilMs} ${stepMs}`;
    let gathered = this.#gathered.get(key);
    if (gathered === undefined) {
      const names = new Set<string>();
      const answer = nextTurn().then(() => {
        this.#gathered.delete(key);
        return this.#summarize({ names: [...names], range, stepMs });
      });
      gathered = { names, answer };
      this.#gathered.set(key, gathered);
    }
    gathered.names.add(name);
    return (await gathered.answer).get(name) ?? [];
  }

  /** By name, of whole hours; series without points are left out. */
  async #summarize(request: SummaryRequest): Promise<Map<string, StepSummary[]>> {
    assertWholeSteps(request);
    const { names, range, stepMs } = request;
    // Noted before the engine is asked: what is sealed meanwhile is there twice, or not yet.
    const unsure = new Map(names.map((name) => [name, this.#openSteps(name, range, stepMs)]));
    const { steps, doubtful } = await this.#parts.ask(request);
    const summaries = new Map<string, StepSummary[]>();
    for (let from = 0; from < names.length; from += readsAtOnce) {
      const some = names.slice(from, from + readsAtOnce).map(async (name) => {
        const begins = [...(unsure.get(name) ?? []), ...(doubtful.get(name) ?? [])];
        const known = steps.get(name) ?? [];
        const all = await this.#repaired(name, known, spansOf(begins, stepMs), stepMs);
        if (all.length > 0) summaries.set(name, all);
      });
      await Promise.all(some);
    }
    return summaries;
  }

  /** What the engine said, and in these spans what the points come to. */
  async #repaired(
    name: string,
    known: readonly StepSummary[],
    spans: readonly TimeRange[],
    stepMs: number,
  ): Promise<StepSummary[]> {
    const isRead = ({ fromMs }: StepSummary): boolean =>
      spans.some((span) => fromMs >= span.fromMs && fromMs < span.untilMs);
    const all = known.filter((step) => !isRead(step));
    this.#summedCount += all.length;
    for (const span of spans) {
      const columns = await this.#parts.read(name, span);
      if (columns !== undefined) all.push(...summarizePoints(columns, stepMs));
    }
    return all.sort((a, b) => a.fromMs - b.fromMs);
  }

  /** Where steps in range begin of which an hour is open here. */
  #openSteps(name: string, { fromMs, untilMs }: TimeRange, stepMs: number): Set<number> {
    const begins = new Set<number>();
    for (const hour of this.#parts.open.get(name)?.hours.keys() ?? []) {
      const atMs = hour * hourMs;
      if (atMs >= fromMs && atMs < untilMs) begins.add(Math.floor(atMs / stepMs) * stepMs);
    }
    return begins;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
