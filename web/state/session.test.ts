import { afterEach, expect, test } from "vitest";
import type { FetchResult } from "../api/fetch-json.ts";
import { sessionStore, signInStore, whenSignedIn } from "./session.ts";

afterEach(() => {
  signInStore.set(null);
  sessionStore.set(null);
});

/** Answers in turn; the last one for ever. */
function answers(...codes: readonly string[]): {
  readonly act: () => Promise<FetchResult<string>>;
  readonly count: () => number;
} {
  let count = 0;
  return {
    count: () => count,
    act: () => {
      const code = codes[Math.min(count, codes.length - 1)] ?? "ok";
      count += 1;
      return Promise.resolve(
        code === "ok"
          ? { ok: true, value: "done" }
          : { ok: false, failure: { code, status: 401, message: code } },
      );
    },
  };
}

async function nextRequest(): Promise<void> {
  for (let i = 0; i < 10 && signInStore.value === null; i++) await Promise.resolve();
}

test("whenSignedIn() does what needs no sign-in without asking", async () => {
  const { act, count } = answers("ok");
  expect(await whenSignedIn("Saving", act)).toEqual({ ok: true, value: "done" });
  expect([count(), signInStore.value]).toEqual([1, null]);
});

test("whenSignedIn() asks, and then does it after all", async () => {
  const { act, count } = answers("not-signed-in", "ok");
  const result = whenSignedIn("Saving", act);
  await nextRequest();
  expect(signInStore.value?.purpose).toBe("Saving");
  expect(sessionStore.value?.signedIn).toBe(false);
  signInStore.value?.settle(true);
  expect(await result).toEqual({ ok: true, value: "done" });
  expect([count(), signInStore.value]).toEqual([2, null]);
});

test("whenSignedIn() gives the refusal back where the sign-in is given up", async () => {
  const { act, count } = answers("not-signed-in", "ok");
  const result = whenSignedIn("Saving", act);
  await nextRequest();
  signInStore.value?.settle(false);
  expect((await result).ok).toBe(false);
  expect(count()).toBe(1);
});

test("whenSignedIn() asks for nothing after another refusal", async () => {
  const { act } = answers("name-taken");
  expect((await whenSignedIn("Saving", act)).ok).toBe(false);
  expect(signInStore.value).toBeNull();
});

test("a second question takes the place of the first, which is given up", async () => {
  const first = whenSignedIn("Saving", answers("not-signed-in", "ok").act);
  await nextRequest();
  const second = whenSignedIn("Deleting", answers("ok").act);
  expect((await first).ok).toBe(false);
  expect(signInStore.value?.purpose).toBe("Deleting");
  signInStore.value?.settle(true);
  expect((await second).ok).toBe(true);
});

test("whenSignedIn() asks first where nobody is known to be signed in", async () => {
  sessionStore.set({ signedIn: false, user: null });
  const { act, count } = answers("ok");
  const result = whenSignedIn("Saving", act);
  await nextRequest();
  expect(count()).toBe(0);
  signInStore.value?.settle(true);
  expect((await result).ok).toBe(true);
  const given = whenSignedIn("Saving", act);
  await nextRequest();
  signInStore.value?.settle(false);
  expect([(await given).ok, count()]).toEqual([false, 1]);
});
