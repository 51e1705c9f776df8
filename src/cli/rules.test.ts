import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { startTestWebapp, type TestWebapp } from "../webapp/http.fixture.ts";
import { testIo } from "./command.fixture.ts";
import { rulesCommand } from "./rules.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-rules-"));
const rulesPath = join(folder, "quieter.yaml");
writeFileSync(rulesPath, "- {match: 'queue.*', ignore: true}\n");
afterAll(() => rmSync(folder, { recursive: true }));

let app: TestWebapp;
let url = "";
beforeEach(async () => {
  app = await startTestWebapp();
  url = app.webapp.ports[0]!.url;
});
afterEach(() => app.webapp.close());

test("kale rules test shows what would be left out as a table, and everything as JSON", async () => {
  const { io, out } = testIo({ isTerminal: true });
  expect(await rulesCommand.run(["test", "--rules", rulesPath, "--url", url], io)).toBe(0);
  expect(out()).toMatch(/^left out +2025-\d\d-\d\d \d\d:\d\d UTC {2}\S+/);
  expect(out()).toMatch(
    /\n4 left out, 0 added, 8 as before, 2 known as normal; 9 of 120 metrics are judged otherwise by these rules\.\n$/,
  );
  const piped = testIo();
  await rulesCommand.run(["test", "--rules", rulesPath, "--url", url], piped.io);
  expect(JSON.parse(piped.out())).toMatchObject({ leftOut: 4, affected: 9 });
});

test("kale rules test tries the rules of a configuration file in place of the configured ones", async () => {
  const path = join(folder, "kale.yaml");
  writeFileSync(path, "rules:\n  - {match: db, least-score: 0.9}\n");
  const { io } = testIo();
  const args = ["test", "--config", path, "--match", "db.*", "--from", "-3d", "--url", url];
  expect(await rulesCommand.run(args, io)).toBe(0);
  expect(app.site.rules.asked[0]).toMatchObject({
    match: "db.*",
    tried: [{ match: "db", leastScore: 0.9 }],
  });
});

test("kale rules test tells what is wrong with rules, files and addresses", async () => {
  writeFileSync(join(folder, "wrong.yaml"), "- {match: x, loud: 1}\n");
  const wrong = testIo();
  const args = ["test", "--rules", join(folder, "wrong.yaml"), "--url", url];
  expect(await rulesCommand.run(args, wrong.io)).toBe(1);
  expect(wrong.err()).toContain('nothing is called "loud"');
  const missing = testIo();
  expect(await rulesCommand.run(["test", "--rules", join(folder, "no")], missing.io)).toBe(1);
  expect(missing.err()).toContain(`${join(folder, "no")} cannot be read: ENOENT`);
  await expect(rulesCommand.run(["test"], testIo().io)).rejects.toThrow(/either --rules/);
  await expect(rulesCommand.run(["list"], testIo().io)).rejects.toThrow(/kale rules test/);
});
