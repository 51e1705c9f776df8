/** Keeps in SQLite what people said of anomalies; the shape is one column of JSON, as it is only read whole. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import {
  type Feedback,
  type FeedbackJournal,
  feedbackLimits,
  type FeedbackShape,
  type NewFeedback,
} from "../model/index.ts";
import { Statements } from "./statements.ts";

export class FeedbackBook implements FeedbackJournal {
  readonly #statements: Statements;
  readonly #clock: Clock;
  #lastIdMs = 0;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync, clock: Clock) {
    this.#statements = new Statements(database);
    this.#clock = clock;
  }

  list(): Feedback[] {
    const sql = "SELECT * FROM feedback ORDER BY created_ms DESC, id DESC";
    return this.#statements
      .of(sql)
      .all()
      .map((row) => ({
        id: String(row["id"]),
        kind: row["kind"] === "confirmed" ? "confirmed" : "normal",
        episodeId: String(row["episode_id"]),
        name: String(row["name"]),
        pattern: String(row["pattern"]),
        label: String(row["label"]),
        by: String(row["said_by"]),
        createdMs: Number(row["created_ms"]),
        shape: JSON.parse(String(row["shape"])) as FeedbackShape,
      }));
  }

  add(given: NewFeedback): Feedback | undefined {
    const { count } = this.#statements.of("SELECT count(*) AS count FROM feedback").get() ?? {};
    if (Number(count) >= feedbackLimits.feedbackCountMax) return undefined;
    this.#lastIdMs = Math.max(this.#lastIdMs + 1, Math.floor(this.#clock.nowMs()));
    const feedback: Feedback = {
      ...given,
      id: this.#lastIdMs.toString(36),
      createdMs: Math.floor(this.#clock.nowMs()),
    };
    this.#statements.transaction("save feedback", () => {
      // Who says something else of the same anomaly has changed their mind.
      this.#statements.of("DELETE FROM feedback WHERE episode_id = ?").run(given.episodeId);
      this.#statements
        .of(
          "INSERT INTO feedback (id, kind, episode_id, name, pattern, label, said_by, created_ms, shape) " +
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .run(
          ...[feedback.id, feedback.kind, feedback.episodeId, feedback.name, feedback.pattern],
          ...[feedback.label, feedback.by, feedback.createdMs, JSON.stringify(feedback.shape)],
        );
    });
    return feedback;
  }

  remove(id: string): boolean {
    return this.#statements.transaction("take feedback back", () => {
      return this.#statements.of("DELETE FROM feedback WHERE id = ?").run(id).changes > 0;
    });
  }
}
