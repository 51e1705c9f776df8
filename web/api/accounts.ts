/** Who is signed in, who may, and what only they may do. */
import type {
  AdminStateJson,
  NewUserJson,
  SessionJson,
  SignInJson,
  UserJson,
  WipedJson,
} from "../../src/webapp/contract.ts";
import { withQuery } from "../lib/route.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

export function fetchSession(signal?: AbortSignal): Promise<FetchResult<SessionJson>> {
  return fetchJson("/kale/session", signal);
}

export function signIn(credentials: SignInJson): Promise<FetchResult<SessionJson>> {
  return sendJson("POST", "/kale/session", credentials);
}

export function signOut(): Promise<FetchResult<SessionJson | undefined>> {
  return sendJson("DELETE", "/kale/session");
}

export function fetchUsers(signal?: AbortSignal): Promise<FetchResult<UserJson[]>> {
  return fetchJson("/kale/users", signal);
}

/** Makes the user, or sets a new password. */
export function putUser(user: NewUserJson): Promise<FetchResult<unknown>> {
  return sendJson("POST", "/kale/users", user);
}

export function deleteUser(name: string): Promise<FetchResult<unknown>> {
  return sendJson("DELETE", withQuery("/kale/users", { name }));
}

export function fetchAdminState(signal?: AbortSignal): Promise<FetchResult<AdminStateJson>> {
  return fetchJson("/kale/admin/state", signal);
}

export function wipeCollections(): Promise<FetchResult<WipedJson>> {
  return sendJson("POST", "/kale/admin/wipe-collections", { confirm: "wipe" });
}

export function startImport(): Promise<FetchResult<unknown>> {
  return sendJson("POST", "/kale/admin/import", {});
}
