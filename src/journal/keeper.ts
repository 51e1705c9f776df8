/**
 * Keeps who may change things: the admin token, users and sessions. None of their secrets is in the
 * file: tokens and passwords are hashed as in secret-hash.ts. A session's secret is 32 random bytes,
 * which nobody can guess however fast they try, so a plain SHA-256 of it is enough, and each request
 * is checked at once.
 *
 * Names and passwords are taken in Unicode's normal form C (RFC 8265, 3.4 and 4.2), so that a person
 * may type them on another keyboard.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import {
  accountLimits,
  type Account,
  type Keeper,
  type PasswordFault,
  type UserSummary,
} from "../model/index.ts";
import type { RandomBytes, SecretHasher } from "./secret-hash.ts";
import { Statements } from "./statements.ts";

const secretBytes = 32;
/** A session's age in the file may be behind by so much: not every request writes. */
const touchEveryMs = 10 * 60_000;

export interface KeeperParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomBytes: RandomBytes;
  readonly hasher: SecretHasher;
}

export class SqliteKeeper implements Keeper {
  readonly #statements: Statements;
  readonly #parts: KeeperParts;
  /** The token that was last found right, so that a program's next request is quick. */
  #known: { readonly stored: string; readonly digest: Buffer } | undefined;

  /** @param database  of a journal that is up to date */
  constructor(database: DatabaseSync, parts: KeeperParts) {
    this.#statements = new Statements(database);
    this.#parts = parts;
  }

  get hasToken(): boolean {
    return this.#storedToken() !== undefined;
  }

  /** Ends the old token and its sessions. */
  async renewToken(): Promise<string> {
    const token = this.#newSecret();
    const hash = await this.#parts.hasher.hash(token);
    this.#statements.transaction("save the admin token", () => {
      this.#statements
        .of("INSERT OR REPLACE INTO admin_token (place, hash, created_ms) VALUES (1, ?, ?)")
        .run(hash, this.#nowMs());
      this.#statements.of("DELETE FROM sessions WHERE user_name IS NULL").run();
    });
    return token;
  }

  async checkToken(token: string): Promise<boolean> {
    const stored = this.#storedToken();
    const digest = digestOf(token);
    const known = this.#known;
    if (known !== undefined && known.stored === stored && timingSafeEqual(known.digest, digest)) {
      return true;
    }
    const isRight = await this.#parts.hasher.matches(token, stored);
    if (isRight && stored !== undefined) this.#known = { stored, digest };
    return isRight;
  }

  async checkPassword(userName: string, password: string): Promise<boolean> {
    const row = this.#statements
      .of("SELECT hash FROM users WHERE name = ?")
      .get(userName.normalize("NFC"));
    const stored = row === undefined ? undefined : String(row["hash"]);
    return await this.#parts.hasher.matches(password.normalize("NFC"), stored);
  }

  openSession(account: Account): string {
    const secret = this.#newSecret();
    const nowMs = this.#nowMs();
    const userName = account.kind === "user" ? account.name.normalize("NFC") : null;
    this.#statements.transaction("open a session", () => {
      this.#forgetOld(nowMs);
      this.#statements
        .of("INSERT INTO sessions (hash, user_name, last_seen_ms) VALUES (?, ?, ?)")
        .run(hashOf(secret), userName, nowMs);
      this.#touchUser(userName, nowMs);
    });
    return secret;
  }

  session(secret: string): Account | undefined {
    const hash = hashOf(secret);
    const row = this.#statements.of("SELECT * FROM sessions WHERE hash = ?").get(hash);
    if (row === undefined) return undefined;
    const nowMs = this.#nowMs();
    const unusedMs = nowMs - Number(row["last_seen_ms"]);
    if (unusedMs > accountLimits.sessionIdleMs) return undefined;
    const userName = row["user_name"] === null ? null : String(row["user_name"]);
    if (unusedMs > touchEveryMs) this.#touchSession(hash, userName, nowMs);
    return userName === null ? { kind: "token" } : { kind: "user", name: userName };
  }

  closeSession(secret: string): void {
    this.#statements.transaction("close a session", () => {
      this.#statements.of("DELETE FROM sessions WHERE hash = ?").run(hashOf(secret));
    });
  }

  users(): UserSummary[] {
    return this.#statements
      .of("SELECT name, created_ms, last_seen_ms FROM users ORDER BY name")
      .all()
      .map((row) => ({
        name: String(row["name"]),
        createdMs: Number(row["created_ms"]),
        lastSeenMs: row["last_seen_ms"] === null ? null : Number(row["last_seen_ms"]),
      }));
  }

  async setPassword(userName: string, password: string): Promise<PasswordFault | undefined> {
    const name = userName.normalize("NFC");
    const secret = password.normalize("NFC");
    const fault = nameFault(name) ?? passwordFault(secret) ?? this.#roomFault(name);
    if (fault !== undefined) return fault;
    const hash = await this.#parts.hasher.hash(secret);
    return this.#statements.transaction("save a user", () => {
      // Asked again: others may have been made while the hash was.
      const full = this.#roomFault(name);
      if (full !== undefined) return full;
      this.#statements
        .of(
          "INSERT INTO users (name, hash, created_ms) VALUES (?, ?, ?) " +
            "ON CONFLICT (name) DO UPDATE SET hash = excluded.hash",
        )
        .run(name, hash, this.#nowMs());
      this.#statements.of("DELETE FROM sessions WHERE user_name = ?").run(name);
      return undefined;
    });
  }

  removeUser(userName: string): boolean {
    return this.#statements.transaction("delete a user", () => {
      const statement = this.#statements.of("DELETE FROM users WHERE name = ?");
      return statement.run(userName.normalize("NFC")).changes > 0;
    });
  }

  state(): { readonly userCount: number; readonly sessionCount: number } {
    const oldestMs = this.#nowMs() - accountLimits.sessionIdleMs;
    const row = this.#statements
      .of(
        "SELECT (SELECT count(*) FROM users) AS users, " +
          "(SELECT count(*) FROM sessions WHERE last_seen_ms >= ?) AS sessions",
      )
      .get(oldestMs);
    return { userCount: Number(row?.["users"]), sessionCount: Number(row?.["sessions"]) };
  }

  /** Sessions that ended by themselves; and, where there are too many, those unused longest. */
  #forgetOld(nowMs: number): void {
    const oldestMs = nowMs - accountLimits.sessionIdleMs;
    this.#statements.of("DELETE FROM sessions WHERE last_seen_ms < ?").run(oldestMs);
    this.#statements
      .of(
        "DELETE FROM sessions WHERE hash IN " +
          "(SELECT hash FROM sessions ORDER BY last_seen_ms DESC LIMIT -1 OFFSET ?)",
      )
      .run(accountLimits.sessionCountMax - 1);
  }

  /** A disk that is full ends no session. */
  #touchSession(hash: string, userName: string | null, nowMs: number): void {
    try {
      this.#statements.transaction("keep a session alive", () => {
        this.#statements.of("UPDATE sessions SET last_seen_ms = ? WHERE hash = ?").run(nowMs, hash);
        this.#touchUser(userName, nowMs);
      });
    } catch (error) {
      this.#parts.logger.warn("a session could not be kept alive", { error: String(error) });
    }
  }

  #touchUser(userName: string | null, nowMs: number): void {
    if (userName === null) return;
    this.#statements.of("UPDATE users SET last_seen_ms = ? WHERE name = ?").run(nowMs, userName);
  }

  #roomFault(name: string): PasswordFault | undefined {
    const row = this.#statements
      .of("SELECT count(*) AS count, max(name = ?) AS known FROM users")
      .get(name);
    const isFull = Number(row?.["count"]) >= accountLimits.userCountMax;
    return isFull && row?.["known"] !== 1 ? "too-many-users" : undefined;
  }

  #storedToken(): string | undefined {
    const row = this.#statements.of("SELECT hash FROM admin_token").get();
    return row === undefined ? undefined : String(row["hash"]);
  }

  #newSecret(): string {
    return Buffer.from(this.#parts.randomBytes(secretBytes)).toString("base64url");
  }

  #nowMs(): number {
    return Math.floor(this.#parts.clock.nowMs());
  }
}

function nameFault(name: string): PasswordFault | undefined {
  const length = Array.from(name).length;
  const isPlain = name.trim() === name && !/[\p{Cc}\p{Cs}]/u.test(name);
  const isFitting = length >= 1 && length <= accountLimits.userNameLengthMax;
  return isPlain && isFitting ? undefined : "bad-user-name";
}

function passwordFault(password: string): PasswordFault | undefined {
  const { length } = Array.from(password);
  if (length < accountLimits.passwordLengthMin) return "short-password";
  return length > accountLimits.passwordLengthMax ? "long-password" : undefined;
}

function hashOf(secret: string): string {
  return digestOf(secret).toString("base64url");
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
