/**
 * Who is signed in, and the way through a door that is closed: what the server refuses for want of a
 * sign-in asks for one and is then done after all, so nothing that was typed is lost.
 */
import type { SessionJson } from "../../src/webapp/contract.ts";
import { fetchSession, signOut } from "../api/accounts.ts";
import type { FetchFailure, FetchResult } from "../api/fetch-json.ts";
import { Store } from "./store.ts";

/** Null until it is known. */
export const sessionStore = new Store<SessionJson | null>(null);

export interface SignInRequest {
  /** What waits for it, e.g. "Saving a collection". */
  readonly purpose: string;
  /** @param isDone  false where the person gave up */
  readonly settle: (isDone: boolean) => void;
}

/** The dialog that is to be shown, if one is. */
export const signInStore = new Store<SignInRequest | null>(null);

/**
 * Does it, after a sign-in if one is known to be missing or the server wants one; the refusal comes
 * back where that is given up.
 */
export async function whenSignedIn<T>(
  purpose: string,
  act: () => Promise<FetchResult<T>>,
): Promise<FetchResult<T>> {
  if (sessionStore.value?.signedIn === false) {
    if (!(await askToSignIn(purpose))) return { ok: false, failure: notSignedIn };
  }
  const first = await act();
  if (first.ok || first.failure.code !== "not-signed-in") return first;
  sessionStore.set({ signedIn: false, user: null });
  return (await askToSignIn(purpose)) ? await act() : first;
}

const notSignedIn: FetchFailure = {
  code: "not-signed-in",
  status: 401,
  message: "Nobody is signed in, so nothing was changed.",
};

/** @returns whether somebody is signed in now */
export function askToSignIn(purpose: string): Promise<boolean> {
  // One question at a time: whoever asks again takes the place of the former.
  signInStore.value?.settle(false);
  return new Promise((resolve) => {
    signInStore.set({
      purpose,
      settle: (isDone) => {
        signInStore.set(null);
        resolve(isDone);
      },
    });
  });
}

export async function readSession(): Promise<void> {
  const result = await fetchSession();
  if (result.ok) sessionStore.set(result.value);
}

export async function endSession(): Promise<FetchResult<unknown>> {
  const result = await signOut();
  if (result.ok) sessionStore.set({ signedIn: false, user: null });
  return result;
}
