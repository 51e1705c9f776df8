import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "./running.ts";
import { readScrapeFiles } from "./scrape-files.ts";
import { defaultSettings } from "./settings.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "kale-scrape-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function authorizations(text: string): Promise<unknown> {
  const scrapeAuthFile = join(folder, "auth");
  await writeFile(scrapeAuthFile, text);
  return readScrapeFiles({ ...defaultSettings(), scrapeAuthFile }).authorizations;
}

test("readScrapeFiles() gives each job its header", async () => {
  const text = "# of whom\n\nnode: basic kale:a b:c\n  api :bearer tok.en==\r\n";
  expect(await authorizations(text)).toEqual({
    node: `Basic ${Buffer.from("kale:a b:c").toString("base64")}`,
    api: "Bearer tok.en==",
  });
  expect(readScrapeFiles(defaultSettings())).toEqual({ authorizations: {}, certificates: "" });
});

test.each(["node secret", "node: secret", "node: basic kale", "node: bearer two words"])(
  "readScrapeFiles() refuses the line %j by its number, and does not show it",
  async (line) => {
    const refused = authorizations(`\n${line}`);
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(/line 2 of scrape-auth-file/);
    await expect(refused).rejects.not.toThrow(/secret|kale|words$/);
  },
);

test("readScrapeFiles() refuses files that are not there, and what is no certificate", async () => {
  const scrapeCaFile = join(folder, "ca.pem");
  const read = (): unknown => readScrapeFiles({ ...defaultSettings(), scrapeCaFile });
  expect(read).toThrow(/scrape-ca cannot be read/);
  await writeFile(scrapeCaFile, "nonsense");
  expect(read).toThrow(/no certificate/);
});
