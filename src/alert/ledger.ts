/**
 * Keeps across restarts what was said and what still has to be: a SQLite file beside the journal.
 *
 *     notices           one row per notice and channel; it waits, was sent, or was given up
 *     notice_episodes   which anomalies it spoke of
 *     groups            open groups of the desk, as JSON
 *     told              until when a metric was told enough of on a route
 *     silences          who asked for quiet about what, until when
 *     skips             why an anomaly was not told
 *     facts             when the last digest was made
 *
 * While a channel takes nothing, only the newest notice of a group waits for it: three hours later
 * nobody wants to read each step. Bounded: 10,000 waiting, 100,000 rows and 90 days kept.
 */
import { DatabaseSync } from "node:sqlite";
import type { Episode } from "../model/index.ts";
import type { AlertGroup, Skip } from "./desk.ts";
import { AlertError } from "./errors.ts";
import type { Notice, NoticeKind } from "./notice.ts";

const waitingCountMax = 10_000;
const keptCountMax = 100_000;
const keptMs = 90 * 86_400_000;

const schema = `
  CREATE TABLE IF NOT EXISTS notices (
    id         INTEGER PRIMARY KEY,
    channel    TEXT    NOT NULL,
    group_id   TEXT    NOT NULL,
    route      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    made_ms    INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    try_count  INTEGER NOT NULL,
    due_ms     INTEGER NOT NULL,
    sent_ms    INTEGER,
    problem    TEXT    NOT NULL,
    notice     TEXT    NOT NULL
  );
  CREATE INDEX IF NOT EXISTS notices_waiting ON notices (due_ms) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS notices_by_time ON notices (made_ms);
  CREATE TABLE IF NOT EXISTS notice_episodes (
    episode_id TEXT    NOT NULL,
    notice_id  INTEGER NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    PRIMARY KEY (episode_id, notice_id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS notice_episodes_by_notice ON notice_episodes (notice_id);
  CREATE TABLE IF NOT EXISTS groups (id TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS told (
    route    TEXT    NOT NULL,
    metric   TEXT    NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (route, metric)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS silences (
    id         TEXT    NOT NULL PRIMARY KEY,
    metric     TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    until_ms   INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS skips (
    id         INTEGER PRIMARY KEY,
    episode_id TEXT    NOT NULL,
    route      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS skips_by_episode ON skips (episode_id);
  CREATE TABLE IF NOT EXISTS facts (key TEXT NOT NULL PRIMARY KEY, value REAL NOT NULL);
  PRAGMA user_version = 1;
`;

export type DeliveryState = "waiting" | "sent" | "failed";

/** One notice on its way through one channel, or arrived, or given up. */
export interface Delivery {
  readonly id: number;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly tryCount: number;
  /** When it is tried next; of no meaning once it is sent or given up. */
  readonly dueMs: number;
  readonly sentMs: number | null;
  /** What the last try met; "" for nothing. */
  readonly problem: string;
  readonly notice: Notice;
}

export interface Silence {
  readonly id: string;
  /** Glob over the whole name, or a part of it. */
  readonly metric: string;
  readonly note: string;
  readonly createdMs: number;
  readonly untilMs: number;
}

/** A group as JSON has it. */
type KeptGroup = Omit<AlertGroup, "members" | "leftOut" | "incident" | "seenBefore"> &
  Partial<Pick<AlertGroup, "incident" | "seenBefore">> & {
    readonly members: readonly Episode[];
    readonly leftOut: readonly string[];
  };

type Row = Record<string, null | number | bigint | string | NodeJS.NonSharedUint8Array>;

export class AlertLedger {
  readonly #database: DatabaseSync;
  #droppedCount = 0;

  /** @throws AlertError  ALERT_LEDGER_UNUSABLE */
  constructor(path: string) {
    try {
      this.#database = new DatabaseSync(path, { timeout: 2_000 });
      this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      this.#database.exec(schema);
    } catch (cause) {
      throw new AlertError("ALERT_LEDGER_UNUSABLE", `open the alert ledger ${path}`, { cause });
    }
  }

  /** Notices that were dropped because too many waited. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Keeps what the desk decided, all or nothing. */
  keep(
    notices: readonly { readonly notice: Notice; readonly channels: readonly string[] }[],
    state: {
      readonly skips: readonly Skip[];
      readonly changed: readonly AlertGroup[];
      readonly closed: readonly string[];
    },
  ): void {
    this.#transaction("keep what is to be sent", () => {
      for (const { notice, channels } of notices) {
        for (const channel of channels) this.#enqueue(notice, channel);
      }
      for (const skip of state.skips) {
        this.#run("INSERT INTO skips (episode_id, route, reason, at_ms) VALUES (?, ?, ?, ?)", [
          skip.episodeId,
          skip.route,
          skip.reason,
          skip.atMs,
        ]);
      }
      for (const group of state.changed) {
        const content = JSON.stringify({
          ...group,
          members: [...group.members.values()],
          leftOut: [...group.leftOut],
        });
        this.#run("INSERT OR REPLACE INTO groups (id, content) VALUES (?, ?)", [group.id, content]);
      }
      for (const id of state.closed) this.#run("DELETE FROM groups WHERE id = ?", [id]);
    });
  }

  openGroups(): AlertGroup[] {
    return this.#all("SELECT content FROM groups").map((row) => {
      const { members, leftOut, ...group } = JSON.parse(String(row["content"])) as KeptGroup;
      return {
        ...group,
        // Kept by a Kale that grouped by time alone.
        incident: group.incident ?? (group.toldMs === null ? null : group.id),
        seenBefore: group.seenBefore ?? [],
        members: new Map(members.map((episode) => [episode.id, episode])),
        leftOut: new Set(leftOut),
      };
    });
  }

  /** What is due, oldest first; of a group at most one waits per channel. */
  due(nowMs: number, countMax: number): Delivery[] {
    return this.#all(
      "SELECT * FROM notices WHERE state = 'waiting' AND due_ms <= ? ORDER BY due_ms, id LIMIT ?",
      [nowMs, countMax],
    ).map(deliveryOf);
  }

  /**
   * Notes that a notice has arrived, and until when its metrics were told enough of.
   *
   * @param untilMs  0 for no such time
   */
  sent({ id, notice }: Delivery, nowMs: number, untilMs: number): void {
    this.#transaction("note what was sent", () => {
      this.#run(
        "UPDATE notices SET state = 'sent', sent_ms = ?, problem = '', try_count = try_count + 1 WHERE id = ?",
        [nowMs, id],
      );
      if (untilMs <= nowMs) return;
      for (const { name } of notice.episodes) {
        this.#run("INSERT OR REPLACE INTO told (route, metric, until_ms) VALUES (?, ?, ?)", [
          notice.route,
          name,
          untilMs,
        ]);
      }
    });
  }

  /** Forgets a notice that need not be sent, and notes why. */
  passOver({ id, notice }: Delivery, reason: string, nowMs: number): void {
    this.#transaction("pass a notice over", () => {
      this.#run("DELETE FROM notice_episodes WHERE notice_id = ?", [id]);
      this.#run("DELETE FROM notices WHERE id = ?", [id]);
      for (const episode of notice.episodes) {
        this.#run("INSERT INTO skips (episode_id, route, reason, at_ms) VALUES (?, ?, ?, ?)", [
          episode.id,
          notice.route,
          reason,
          Math.floor(nowMs),
        ]);
      }
    });
  }

  /** @param dueMs  when it is tried again; null gives it up */
  failed(id: number, problem: string, dueMs: number | null): void {
    this.#run(
      "UPDATE notices SET state = ?, problem = ?, due_ms = ?, try_count = try_count + 1 WHERE id = ? AND state = 'waiting'",
      [dueMs === null ? "failed" : "waiting", problem.slice(0, 500), dueMs ?? 0, id],
    );
  }

  toldUntilMs(route: string, metric: string): number {
    const sql = "SELECT until_ms FROM told WHERE route = ? AND metric = ?";
    return Number(this.#all(sql, [route, metric])[0]?.["until_ms"] ?? 0);
  }

  /** Newest first; of one anomaly, or all. */
  deliveries(query: { readonly episodeId?: string; readonly limit: number }): Delivery[] {
    const rows =
      query.episodeId === undefined
        ? this.#all("SELECT * FROM notices ORDER BY id DESC LIMIT ?", [query.limit])
        : this.#all(
            "SELECT notices.* FROM notice_episodes JOIN notices ON notices.id = notice_id WHERE episode_id = ? ORDER BY notices.id DESC LIMIT ?",
            [query.episodeId, query.limit],
          );
    return rows.map(deliveryOf);
  }

  skipsOf(episodeId: string): Skip[] {
    return this.#all("SELECT * FROM skips WHERE episode_id = ? ORDER BY id LIMIT 100", [
      episodeId,
    ]).map((row) => ({
      episodeId,
      route: String(row["route"]),
      reason: String(row["reason"]),
      atMs: Number(row["at_ms"]),
    }));
  }

  counts(): { readonly waiting: number; readonly sent: number; readonly failed: number } {
    const counts = { waiting: 0, sent: 0, failed: 0 };
    for (const row of this.#all("SELECT state, count(*) AS count FROM notices GROUP BY state")) {
      counts[row["state"] as DeliveryState] = Number(row["count"]);
    }
    return counts;
  }

  addSilence({ id, metric, note, createdMs, untilMs }: Silence): void {
    this.#run(
      "INSERT INTO silences (id, metric, note, created_ms, until_ms) VALUES (?, ?, ?, ?, ?)",
      [id, metric, note, createdMs, untilMs],
    );
  }

  removeSilence(id: string): boolean {
    return this.#run("DELETE FROM silences WHERE id = ?", [id]) > 0;
  }

  /** Those in force, the first to end first. */
  silences(nowMs: number): Silence[] {
    return this.#all("SELECT * FROM silences WHERE until_ms > ? ORDER BY until_ms, id", [
      nowMs,
    ]).map((row) => ({
      id: String(row["id"]),
      metric: String(row["metric"]),
      note: String(row["note"]),
      createdMs: Number(row["created_ms"]),
      untilMs: Number(row["until_ms"]),
    }));
  }

  digestMs(): number | undefined {
    const row = this.#all("SELECT value FROM facts WHERE key = 'digest'")[0];
    return row === undefined ? undefined : Number(row["value"]);
  }

  noteDigest(nowMs: number): void {
    this.#run("INSERT OR REPLACE INTO facts (key, value) VALUES ('digest', ?)", [nowMs]);
  }

  /** Forgets what is old or too much. */
  prune(nowMs: number): void {
    this.#transaction("forget old alerts", () => {
      this.#run("DELETE FROM told WHERE until_ms <= ?", [nowMs]);
      this.#run("DELETE FROM silences WHERE until_ms <= ?", [nowMs - keptMs]);
      this.#run("DELETE FROM skips WHERE at_ms < ?", [nowMs - keptMs]);
      this.#run(
        "DELETE FROM skips WHERE id <= (SELECT id FROM skips ORDER BY id DESC LIMIT 1 OFFSET ?)",
        [keptCountMax],
      );
      this.#run("DELETE FROM notices WHERE state <> 'waiting' AND made_ms < ?", [nowMs - keptMs]);
      this.#run(
        "DELETE FROM notices WHERE state <> 'waiting' AND id <= (SELECT id FROM notices ORDER BY id DESC LIMIT 1 OFFSET ?)",
        [keptCountMax],
      );
      this.#run("DELETE FROM notice_episodes WHERE notice_id NOT IN (SELECT id FROM notices)", []);
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #enqueue(notice: Notice, channel: string): void {
    const older = this.#all(
      "SELECT id, kind, try_count, due_ms FROM notices WHERE state = 'waiting' AND channel = ? AND group_id = ?",
      [channel, notice.groupId],
    )[0];
    if (older !== undefined) {
      // The channel has not heard of the group yet: to it this is the start, unless it is over.
      const kind: NoticeKind =
        older["kind"] === "started" && notice.kind !== "ended" ? "started" : notice.kind;
      this.#run("UPDATE notices SET kind = ?, notice = ? WHERE id = ?", [
        kind,
        JSON.stringify({ ...notice, kind }),
        Number(older["id"]),
      ]);
      this.#noteEpisodes(Number(older["id"]), notice);
      return;
    }
    const waiting = this.#all("SELECT count(*) AS count FROM notices WHERE state = 'waiting'")[0];
    if (Number(waiting?.["count"]) >= waitingCountMax) {
      this.#droppedCount += 1;
      return;
    }
    const { lastInsertRowid } = this.#database
      .prepare(
        "INSERT INTO notices (channel, group_id, route, kind, made_ms, state, try_count, due_ms, problem, notice) VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, '', ?)",
      )
      .run(
        channel,
        notice.groupId,
        notice.route,
        notice.kind,
        notice.atMs,
        notice.atMs,
        JSON.stringify(notice),
      );
    this.#noteEpisodes(Number(lastInsertRowid), notice);
  }

  #noteEpisodes(noticeId: number, { episodes }: Notice): void {
    for (const { id } of episodes) {
      this.#run("INSERT OR IGNORE INTO notice_episodes (episode_id, notice_id) VALUES (?, ?)", [
        id,
        noticeId,
      ]);
    }
  }

  #all(sql: string, values: readonly (string | number)[] = []): Row[] {
    return this.#database.prepare(sql).all(...values);
  }

  #run(sql: string, values: readonly (string | number)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }

  #transaction(what: string, work: () => void): void {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      work();
      this.#database.exec("COMMIT");
    } catch (cause) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw new AlertError("ALERT_LEDGER_UNUSABLE", what, { cause });
    }
  }
}

function deliveryOf(row: Row): Delivery {
  return {
    id: Number(row["id"]),
    channel: String(row["channel"]),
    state: row["state"] as DeliveryState,
    tryCount: Number(row["try_count"]),
    dueMs: Number(row["due_ms"]),
    sentMs: row["sent_ms"] === null ? null : Number(row["sent_ms"]),
    problem: String(row["problem"]),
    notice: JSON.parse(String(row["notice"])) as Notice,
  };
}
