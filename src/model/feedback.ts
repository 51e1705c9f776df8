/** What people said of anomalies: this is normal, or this was one indeed; kept with its shape. */

export type FeedbackKind = "normal" | "confirmed";

/** How the metric went, from a little before the anomaly to its end, in equal steps. */
export interface FeedbackShape {
  readonly stepMs: number;
  /** So many of the values lie before it began. */
  readonly leadCount: number;
  readonly values: readonly number[];
}

export interface Feedback {
  readonly id: string;
  readonly kind: FeedbackKind;
  readonly episodeId: string;
  /** The metric it was said of. */
  readonly name: string;
  /** Which metrics it holds for; the name itself, or a glob. */
  readonly pattern: string;
  /** What the person calls it. */
  readonly label: string;
  /** Name of the user; empty for the admin token. */
  readonly by: string;
  readonly createdMs: number;
  readonly shape: FeedbackShape;
}

export type NewFeedback = Omit<Feedback, "id" | "createdMs">;

export const feedbackLimits = {
  feedbackCountMax: 1_000,
  labelLengthMax: 200,
  patternLengthMax: 1_024,
} as const;

/** Keeps feedback across restarts. */
export interface FeedbackJournal {
  /** Newest first. */
  list(): Feedback[];
  /** @returns undefined where there are too many already */
  add(feedback: NewFeedback): Feedback | undefined;
  /** @returns whether there was such */
  remove(id: string): boolean;
}

export type FeedbackOutcome =
  | { readonly ok: true; readonly feedback: Feedback }
  | { readonly ok: false; readonly fault: "unknown-anomaly" | "too-many-feedbacks" | "no-samples" };

/** Takes feedback on an anomaly, and lets everybody who judges know. */
export interface FeedbackDesk {
  list(): readonly Feedback[];
  say(said: {
    readonly episodeId: string;
    readonly kind: FeedbackKind;
    readonly label: string;
    readonly by: string;
    /** The metric alone where it is empty. */
    readonly pattern: string;
  }): Promise<FeedbackOutcome>;
  /** @returns whether there was such */
  takeBack(id: string): Promise<boolean>;
}
