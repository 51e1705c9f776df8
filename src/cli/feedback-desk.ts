/**
 * Takes what people say of anomalies: cuts the shape out of the series, keeps it in the journal, and tells
 * the shards, which recognise it from then on.
 */
import type {
  EpisodeEvent,
  EpisodeJournal,
  Feedback,
  FeedbackDesk,
  FeedbackJournal,
  FeedbackOutcome,
  FeedbackShape,
  SeriesReader,
} from "../model/index.ts";
import { Grid } from "../oculus/index.ts";

const minuteMs = 60_000;
const leadMs = 15 * minuteMs;
/** A shape has at most so many values; a longer anomaly has longer steps. */
const valueCountMax = 240;
const unknownStepMs = minuteMs;

export interface FeedbackDeskParts {
  readonly episodes: EpisodeJournal;
  readonly feedback: FeedbackJournal;
  readonly series: SeriesReader;
  /** Tells the shards; what has changed with the open episodes comes back. */
  readonly teach: (feedbacks: readonly Feedback[]) => Promise<readonly EpisodeEvent[]>;
  readonly record: (events: readonly EpisodeEvent[]) => void;
}

export class JournalFeedbackDesk implements FeedbackDesk {
  readonly #parts: FeedbackDeskParts;

  constructor(parts: FeedbackDeskParts) {
    this.#parts = parts;
  }

  /** Tells the shards what was said before; once at the start. */
  async open(): Promise<void> {
    await this.#teach();
  }

  list(): readonly Feedback[] {
    return this.#parts.feedback.list();
  }

  async say({
    episodeId,
    kind,
    label,
    by,
    pattern,
  }: Parameters<FeedbackDesk["say"]>[0]): Promise<FeedbackOutcome> {
    const episode = this.#parts.episodes.get(episodeId);
    if (episode === undefined) return { ok: false, fault: "unknown-anomaly" };
    const { name, startedMs, lastSeenMs } = episode;
    const stepMs = episode.why?.stepMs ?? unknownStepMs;
    const shape = await this.#cut(name, startedMs, lastSeenMs, stepMs);
    if (shape === undefined) return { ok: false, fault: "no-samples" };
    const said = {
      kind,
      episodeId,
      name,
      pattern: pattern === "" ? name : pattern,
      label,
      by,
      shape,
    };
    const feedback = this.#parts.feedback.add(said);
    if (feedback === undefined) return { ok: false, fault: "too-many-feedbacks" };
    const known = { feedbackId: feedback.id, kind, label, likeness: 100 };
    // One that has ended is no longer in a shard, which would tell.
    if (episode.endedMs !== null) {
      this.#parts.record([{ change: "changed", episode: { ...episode, known } }]);
    }
    await this.#teach();
    return { ok: true, feedback };
  }

  async takeBack(id: string): Promise<boolean> {
    const said = this.#parts.feedback.list().find((feedback) => feedback.id === id);
    if (said === undefined || !this.#parts.feedback.remove(id)) return false;
    const episode = this.#parts.episodes.get(said.episodeId);
    if (episode !== undefined && episode.endedMs !== null) {
      this.#parts.record([{ change: "changed", episode: { ...episode, known: undefined } }]);
    }
    await this.#teach();
    return true;
  }

  async #teach(): Promise<void> {
    const events = await this.#parts.teach(this.#parts.feedback.list());
    if (events.length > 0) this.#parts.record(events);
  }

  async #cut(
    name: string,
    startedMs: number,
    lastSeenMs: number,
    usualStepMs: number,
  ): Promise<FeedbackShape | undefined> {
    const lengthMs = lastSeenMs - startedMs + leadMs;
    const stepMs = Math.max(usualStepMs, Math.ceil(lengthMs / valueCountMax));
    const leadCount = Math.max(3, Math.round(leadMs / stepMs));
    const count = leadCount + Math.floor((lastSeenMs - startedMs) / stepMs) + 1;
    const range = {
      fromMs: startedMs - leadCount * stepMs,
      untilMs: startedMs + (count - leadCount) * stepMs,
    };
    const samples = await this.#parts.series.read(name, range);
    if (samples === undefined) return undefined;
    const values = new Float64Array(count);
    const { timesMs } = samples;
    const fault = new Grid(range, count).fill(timesMs, samples.values, timesMs.length, values);
    return fault === undefined ? { stepMs, leadCount, values: [...values] } : undefined;
  }
}
