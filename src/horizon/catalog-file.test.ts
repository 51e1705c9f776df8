import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger } from "../base/log.ts";
import { CatalogFile } from "./catalog-file.ts";
import { MetricCatalog } from "./metric-catalog.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kale-catalog-"));
  path = join(folder, "metadata.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function fileOf(catalog: MetricCatalog): CatalogFile {
  return new CatalogFile(path, catalog, silentLogger);
}

async function loaded(): Promise<MetricCatalog> {
  const catalog = new MetricCatalog();
  await fileOf(catalog).load();
  return catalog;
}

test("CatalogFile brings back what senders said, and types count again at once", async () => {
  const before = new MetricCatalog();
  before.note("hits_total", "type", "counter");
  before.note("hits_total", "help", 'All "hits"\nof the day');
  before.note("heat", "unit", "celsius");
  await fileOf(before).close();
  expect(await readdir(folder)).toEqual(["metadata.jsonl"]);

  const after = await loaded();
  expect(after.find({ limit: 10 })).toEqual(before.find({ limit: 10 }));
  expect(after.statedOf("hits_total")).toBe(before.statedOf("hits_total"));
});

test("CatalogFile writes nothing where nothing was said, or nothing new", async () => {
  await fileOf(new MetricCatalog()).close();
  expect(await readdir(folder)).toEqual([]);
  const catalog = new MetricCatalog();
  const file = fileOf(catalog);
  catalog.note("heat", "type", "gauge");
  await file.save();
  await rm(path);
  catalog.note("heat", "type", "gauge");
  await file.save();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["no file", undefined, 0],
  ["no JSON", "nonsense", 0],
  ["another version's", '{"format":"kale-metadata","version":2}\n{"metric":"a","type":"gauge"}', 0],
  [
    "lines that are none",
    '{"format":"kale-metadata","version":1}\n{"metric":"a","type":"gauge"}\n7\n{"metric":5}\n{"met',
    1,
  ],
])("CatalogFile takes %s as far as it is sound", async (ignored, text, count) => {
  if (text !== undefined) await writeFile(path, text);
  expect((await loaded()).find({ limit: 10 })).toHaveLength(count);
  if (text !== undefined) expect(await readFile(path, "utf8")).toBe(text);
});
