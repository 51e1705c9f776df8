import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { accountLimits, type Keeper } from "../model/index.ts";
import { openAdmin, openJournal, resetToken, type Admin, type AdminOptions } from "./index.ts";

const nowMs = 1_764_000_000_000;
const dayMs = 86_400_000;

let folder = "";
let path = "";
let clock = new ManualClock(nowMs);
let admin: Admin;
let keeper: Keeper;
let token = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "kale-journal-"));
  path = join(folder, "journal.db");
  clock = new ManualClock(nowMs);
  await open();
  token = admin.newToken ?? "";
});
afterEach(() => {
  admin.close();
  rmSync(folder, { recursive: true });
});

function options(): AdminOptions {
  const hashCost = { log2Cost: 4, blockSize: 8, parallelization: 1 };
  return { clock, logger: silentLogger, randomBytes, hashCost };
}

async function open(): Promise<void> {
  admin = await openAdmin(path, options());
  keeper = admin.keeper;
}

/** Everything that lies on the disk, as it could be copied from a backup. */
function bytesOnDisk(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name)).toString("latin1"))
    .join("");
}

test("openAdmin() gives a token of 32 random bytes on the first start and never again", async () => {
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  admin.close();
  await open();
  expect(admin.newToken).toBeUndefined();
  expect(await keeper.checkToken(token)).toBe(true);
});

test("openAdmin() and openJournal() share a file", async () => {
  const journal = openJournal(path, { clock, logger: silentLogger });
  journal.collections.create({ name: "a", note: "", items: [] });
  expect(await keeper.setPassword("ann", "a long password")).toBeUndefined();
  expect(journal.collections.list()).toHaveLength(1);
  expect(journal.report()).toMatchObject({ episodeCount: 0, unsavedCount: 0, lostCount: 0 });
  expect(journal.report().fileBytes).toBeGreaterThan(4_096);
  journal.close();
});

test("checkToken() takes the token and nothing else, however often it is asked", async () => {
  for (let i = 0; i < 3; i++) {
    expect(await keeper.checkToken(token)).toBe(true);
    expect(await keeper.checkToken(`${token.slice(1)}x`)).toBe(false);
    expect(await keeper.checkToken("")).toBe(false);
  }
});

test("no token, password or session's secret is in the files", async () => {
  await keeper.setPassword("ann", "a long password");
  const secret = keeper.openSession({ kind: "user", name: "ann" });
  admin.close();
  const bytes = bytesOnDisk();
  expect(bytes).toContain("ann");
  for (const plain of [token, "a long password", secret]) expect(bytes).not.toContain(plain);
  const rawToken = Buffer.from(token, "base64url").toString("latin1");
  expect(bytes).not.toContain(rawToken);
  await open();
});

test("each password has its own salt and says what it cost", async () => {
  await keeper.setPassword("ann", "a long password");
  await keeper.setPassword("bob", "a long password");
  const database = new DatabaseSync(path, { readOnly: true });
  const hashes = database.prepare("SELECT hash FROM users").all();
  database.close();
  const [ann = "", bob = ""] = hashes.map((row) => String(row["hash"]));
  expect(ann).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(ann).not.toBe(bob);
});

test("checkPassword() takes a hash of another cost, and refuses a damaged one", async () => {
  await keeper.setPassword("ann", "a long password");
  admin.close();
  admin = await openAdmin(path, {
    ...options(),
    hashCost: { log2Cost: 5, blockSize: 8, parallelization: 2 },
  });
  keeper = admin.keeper;
  expect(await keeper.checkPassword("ann", "a long password")).toBe(true);
  const database = new DatabaseSync(path);
  for (const hash of ["", "plain", "$scrypt$ln=60,r=8,p=1$AAAA$AAAA"]) {
    database.prepare("UPDATE users SET hash = ?").run(hash);
    expect(await keeper.checkPassword("ann", "a long password")).toBe(false);
    expect(await keeper.checkPassword("ann", hash)).toBe(false);
  }
  database.close();
});

test("checkPassword() looks at name and password, in whatever form they were typed", async () => {
  await keeper.setPassword("Zoë", "café crème brûlée");
  expect(await keeper.checkPassword("Zoe\u0308", "cafe\u0301 cre\u0300me bru\u0302le\u0301e")).toBe(
    true,
  );
  expect(await keeper.checkPassword("Zoë", "cafe creme brulee")).toBe(false);
  expect(await keeper.checkPassword("zoë", "café crème brûlée")).toBe(false);
  expect(await keeper.checkPassword("nobody", "café crème brûlée")).toBe(false);
});

test.each([
  ["", "a long password", "bad-user-name"],
  [" ann", "a long password", "bad-user-name"],
  ["a\u0007b", "a long password", "bad-user-name"],
  ["x".repeat(65), "a long password", "bad-user-name"],
  ["ann", "123456789", "short-password"],
  ["ann", "😀".repeat(9), "short-password"],
  ["ann", "x".repeat(1_001), "long-password"],
  ["<b>☃</b>", "1234567890", undefined],
])("setPassword(%j, …) answers %s", async (name, password, fault) => {
  expect(await keeper.setPassword(name, password)).toBe(fault);
  expect(keeper.users().map((user) => user.name)).toEqual(fault === undefined ? [name] : []);
});

test("setPassword() ends the user's sessions and no others", async () => {
  await keeper.setPassword("ann", "a long password");
  await keeper.setPassword("bob", "a long password");
  const ann = keeper.openSession({ kind: "user", name: "ann" });
  const bob = keeper.openSession({ kind: "user", name: "bob" });
  const own = keeper.openSession({ kind: "token" });
  expect(keeper.session(ann)).toEqual({ kind: "user", name: "ann" });
  await keeper.setPassword("ann", "another password");
  expect(await keeper.checkPassword("ann", "a long password")).toBe(false);
  expect(await keeper.checkPassword("ann", "another password")).toBe(true);
  expect(keeper.session(ann)).toBeUndefined();
  expect(keeper.session(bob)).toEqual({ kind: "user", name: "bob" });
  expect(keeper.session(own)).toEqual({ kind: "token" });
  expect(keeper.removeUser("bob")).toBe(true);
  expect(keeper.removeUser("bob")).toBe(false);
  expect(keeper.session(bob)).toBeUndefined();
  expect(keeper.state()).toEqual({ userCount: 1, sessionCount: 1 });
});

test("there are at most 1,000 users; those there are may still change their password", async () => {
  const database = new DatabaseSync(path);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accountLimits.userCountMax})
     INSERT INTO users (name, hash, created_ms) SELECT 'u' || i, '', 0 FROM n`,
  );
  database.close();
  expect(await keeper.setPassword("ann", "a long password")).toBe("too-many-users");
  expect(await keeper.setPassword("u7", "a long password")).toBeUndefined();
});

test("a session lives while it is used and 30 days longer, also over a restart", async () => {
  const secret = keeper.openSession({ kind: "token" });
  for (let i = 0; i < 3; i++) {
    clock.advance(29 * dayMs);
    expect(keeper.session(secret)).toEqual({ kind: "token" });
  }
  admin.close();
  await open();
  clock.advance(29 * dayMs);
  expect(keeper.session(secret)).toEqual({ kind: "token" });
  clock.advance(30 * dayMs + 1);
  expect(keeper.session(secret)).toBeUndefined();
  expect(keeper.state().sessionCount).toBe(0);
  expect(keeper.session("")).toBeUndefined();
});

test("closeSession() ends one session for good", () => {
  const one = keeper.openSession({ kind: "token" });
  const other = keeper.openSession({ kind: "token" });
  expect(one).not.toBe(other);
  keeper.closeSession(one);
  keeper.closeSession("never opened");
  expect(keeper.session(one)).toBeUndefined();
  expect(keeper.session(other)).toBeDefined();
});

test("of too many sessions the one unused longest is ended", () => {
  const first = keeper.openSession({ kind: "token" });
  const database = new DatabaseSync(path);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accountLimits.sessionCountMax - 1})
     INSERT INTO sessions (hash, last_seen_ms) SELECT 'h' || i, ${nowMs + 1} FROM n`,
  );
  database.close();
  expect(keeper.session(first)).toBeDefined();
  clock.advance(1_000);
  keeper.openSession({ kind: "token" });
  expect(keeper.session(first)).toBeUndefined();
  expect(keeper.state().sessionCount).toBe(accountLimits.sessionCountMax);
});

test("users() tells when each was last seen", async () => {
  await keeper.setPassword("ann", "a long password");
  expect(keeper.users()).toEqual([{ name: "ann", createdMs: nowMs, lastSeenMs: null }]);
  clock.advance(1_000);
  const secret = keeper.openSession({ kind: "user", name: "ann" });
  expect(keeper.users()[0]?.lastSeenMs).toBe(nowMs + 1_000);
  clock.advance(dayMs);
  keeper.session(secret);
  expect(keeper.users()[0]?.lastSeenMs).toBe(nowMs + 1_000 + dayMs);
});

test("resetToken() ends the old token and its sessions, also while a Kale runs", async () => {
  await keeper.setPassword("ann", "a long password");
  const own = keeper.openSession({ kind: "token" });
  const ann = keeper.openSession({ kind: "user", name: "ann" });
  expect(await keeper.checkToken(token)).toBe(true);
  const fresh = await resetToken(path, options());
  expect(fresh).not.toBe(token);
  expect(await keeper.checkToken(token)).toBe(false);
  expect(await keeper.checkToken(fresh)).toBe(true);
  expect(keeper.session(own)).toBeUndefined();
  expect(keeper.session(ann)).toBeDefined();
});

test("checking many passwords at once blocks nothing and mixes nothing up", async () => {
  await keeper.setPassword("ann", "a long password");
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (none, i) =>
      keeper.checkPassword("ann", i % 3 === 0 ? "a long password" : `wrong ${i}`),
    ),
  );
  clearInterval(timer);
  expect(answers).toEqual(answers.map((answer, i) => i % 3 === 0));
  expect(turns).toBeGreaterThan(0);
});
