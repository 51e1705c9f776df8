/** Accounts in memory, in plain text and without any of the care that real ones need: for tests. */
import type { Clock } from "../base/clock.ts";
import {
  accountLimits,
  type Account,
  type Keeper,
  type PasswordFault,
  type UserSummary,
} from "../model/index.ts";

interface User {
  readonly password: string;
  readonly createdMs: number;
  lastSeenMs: number | null;
}

export class MemoryKeeper implements Keeper {
  readonly token: string;
  readonly #clock: Clock;
  readonly #users = new Map<string, User>();
  readonly #sessions = new Map<string, Account>();
  #openedCount = 0;

  constructor(clock: Clock, token: string) {
    this.#clock = clock;
    this.token = token;
  }

  checkToken(token: string): Promise<boolean> {
    return Promise.resolve(token === this.token);
  }

  checkPassword(userName: string, password: string): Promise<boolean> {
    return Promise.resolve(this.#users.get(userName)?.password === password);
  }

  openSession(account: Account): string {
    this.#openedCount += 1;
    const secret = `session-${this.#openedCount}`;
    this.#sessions.set(secret, account);
    return secret;
  }

  session(secret: string): Account | undefined {
    const account = this.#sessions.get(secret);
    if (account?.kind === "user") {
      const user = this.#users.get(account.name);
      if (user !== undefined) user.lastSeenMs = this.#clock.nowMs();
    }
    return account;
  }

  closeSession(secret: string): void {
    this.#sessions.delete(secret);
  }

  users(): UserSummary[] {
    return [...this.#users]
      .map(([name, { createdMs, lastSeenMs }]) => ({ name, createdMs, lastSeenMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  setPassword(userName: string, password: string): Promise<PasswordFault | undefined> {
    if (userName.trim() !== userName || userName === "") return Promise.resolve("bad-user-name");
    if (password.length < accountLimits.passwordLengthMin) return Promise.resolve("short-password");
    this.#closeOf(userName);
    const createdMs = this.#users.get(userName)?.createdMs ?? this.#clock.nowMs();
    this.#users.set(userName, { password, createdMs, lastSeenMs: null });
    return Promise.resolve(undefined);
  }

  removeUser(userName: string): boolean {
    this.#closeOf(userName);
    return this.#users.delete(userName);
  }

  state(): { userCount: number; sessionCount: number } {
    return { userCount: this.#users.size, sessionCount: this.#sessions.size };
  }

  #closeOf(userName: string): void {
    for (const [secret, account] of this.#sessions) {
      if (account.kind === "user" && account.name === userName) this.#sessions.delete(secret);
    }
  }
}
