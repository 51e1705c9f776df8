/**
 * Who may change things: the holder of the admin token, and users with passwords. The port between
 * the webapp, which asks, and the journal, which keeps. Nothing secret is ever given back.
 */

/** "token": whoever holds the admin token. Both may do everything. */
export type Account = { readonly kind: "token" } | { readonly kind: "user"; readonly name: string };

export interface UserSummary {
  readonly name: string;
  readonly createdMs: number;
  readonly lastSeenMs: number | null;
}

export const accountLimits = {
  userCountMax: 1_000,
  /** In Unicode characters. */
  userNameLengthMax: 64,
  passwordLengthMin: 10,
  passwordLengthMax: 1_000,
  sessionCountMax: 10_000,
  /** A session that is not used for so long has ended. */
  sessionIdleMs: 30 * 86_400_000,
} as const;

export type PasswordFault = "bad-user-name" | "short-password" | "long-password" | "too-many-users";

export interface Keeper {
  /** Whether this is the admin token. Slow by design while the answer is not known to be yes. */
  checkToken(token: string): Promise<boolean>;
  /** Slow by design, and just as slow for a user that does not exist. */
  checkPassword(userName: string, password: string): Promise<boolean>;
  /** @returns the session's secret, which is not kept and cannot be had again */
  openSession(account: Account): string;
  /** Who the session belongs to, while it lives; being asked keeps it alive. */
  session(secret: string): Account | undefined;
  closeSession(secret: string): void;
  /** Sorted by name. */
  users(): UserSummary[];
  /**
   * Makes the user, or gives it a new password, which ends its sessions.
   *
   * @returns undefined where it is done
   */
  setPassword(userName: string, password: string): Promise<PasswordFault | undefined>;
  /**
   * Ends its sessions too.
   *
   * @returns whether there was such a user
   */
  removeUser(userName: string): boolean;
  state(): { readonly userCount: number; readonly sessionCount: number };
}
