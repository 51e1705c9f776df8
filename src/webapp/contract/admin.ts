/** Signing in, users, and what an administrator may do; the shape of an error. */

import type { SearchEngineJson, ShardJson } from "./status.ts";

/** POST /kale/session: either of them. DELETE signs out. */
export type SignInJson = { token: string } | { user: string; password: string };

/** GET /kale/session: who the browser is signed in as. */
export interface SessionJson {
  signedIn: boolean;
  /** null for whoever holds the admin token. */
  user: string | null;
}

/** GET /kale/users (signed in only). */
export interface UserJson {
  name: string;
  created: number;
  lastSeen: number | null;
}

/** POST /kale/users makes a user, or sets a new password. DELETE /kale/users?name= deletes one. */
export interface NewUserJson {
  name: string;
  password: string;
}

/** GET /kale/admin/state (signed in only). */
export interface AdminStateJson {
  shards: ShardJson[];
  /** What is kept ready to be searched: of how many metrics, in how much memory. */
  shapeTables: { shard: number; series: number; memoryBytes: number }[];
  journal: { fileBytes: number; episodes: number; unsaved: number; lost: number };
  collections: { collections: number; items: number };
  accounts: { users: number; sessions: number };
  signIns: { failed: number; refused: number };
  /** The search engine that collections and metrics would be imported into. */
  searchEngine: { configured: boolean; setting: string; state: SearchEngineJson | null };
}

/** POST /kale/admin/import: 202, or 409 where one is under way. */
export interface ImportBegunJson {
  begun: true;
}

/** POST /kale/admin/wipe-collections */
export interface WipedJson {
  wiped: number;
}

export interface ErrorJson {
  error: { code: string; message: string };
}
