import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { openAdmin } from "../journal/index.ts";
import { testIo } from "./command.fixture.ts";
import { resetTokenCommand } from "./reset-token.ts";

const folders: string[] = [];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kale-token-"));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test("kale reset-token prints a token that opens, and the old one does no longer", async () => {
  const folder = temporaryFolder();
  const options = { clock: systemClock, logger: silentLogger, randomBytes };
  const admin = await openAdmin(join(folder, "journal.sqlite"), options);
  const { io, out } = testIo();
  expect(await resetTokenCommand.run(["--data", folder], io)).toBe(0);
  const token = out().trim();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await admin.keeper.checkToken(token)).toBe(true);
  expect(await admin.keeper.checkToken(admin.newToken!)).toBe(false);
  admin.close();
});

test("kale reset-token says where it looked when there is no journal", async () => {
  const folder = temporaryFolder();
  const { io, err } = testIo();
  expect(await resetTokenCommand.run(["--data", folder], io)).toBe(1);
  expect(err()).toContain(join(folder, "journal.sqlite"));
});
