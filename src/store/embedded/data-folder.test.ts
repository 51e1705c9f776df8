import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { DataFolder } from "./data-folder.ts";
import { makeFolder, type TestFolder } from "./small-store.fixture.ts";

let folder: TestFolder;

beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.end());

function open(shardCount = 2): DataFolder {
  return DataFolder.open(folder.path, { shardCount, clock: systemClock });
}

test("an existing folder keeps its number of shards, whatever is asked for", () => {
  open(3).close();
  const again = open(8);
  expect(again.shardCount).toBe(3);
  expect(again.shardFolder(2)).toBe(join(folder.path, "shard-2"));
  again.close();
});

test("a folder held by this process is refused a second time, and free after close()", () => {
  const first = open();
  expect(() => open()).toThrow(expect.objectContaining({ code: "STORE_LOCKED" }) as Error);
  first.close();
  open().close();
});

test("a folder held by another process is refused with its pid and the remedy, until that one dies", async () => {
  const module = pathToFileURL(join(import.meta.dirname, "data-folder.ts")).href;
  const clock = pathToFileURL(join(import.meta.dirname, "../../base/clock.ts")).href;
  const script = `
    const { DataFolder } = await import(${JSON.stringify(module)});
    const { systemClock } = await import(${JSON.stringify(clock)});
    DataFolder.open(${JSON.stringify(folder.path)}, { shardCount: 1, clock: systemClock });
    gc();
    process.stdout.write("held");
    setInterval(() => undefined, 1000);`;
  const holder = spawn(process.execPath, ["--expose-gc", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(holder.stdout, "data");
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: "STORE_LOCKED",
        message: expect.stringMatching(
          new RegExp(`${folder.path} is held by process ${holder.pid}.*--data`),
        ) as string,
      }) as Error,
    );
  } finally {
    holder.kill("SIGKILL");
    await once(holder, "exit");
  }
  const after = open();
  expect(after.shardCount).toBe(1);
  after.close();
});

test.each([
  ["of a newer format", '{"format":99,"shardCount":2}'],
  ["that is no JSON", "{"],
  ["without a number of shards", '{"format":1,"shardCount":0}'],
])("a store.json %s is refused and left as it is", async (unused, text) => {
  const path = join(folder.path, "store.json");
  await writeFile(path, text);
  expect(() => open()).toThrow(expect.objectContaining({ code: "STORE_FORMAT" }) as Error);
  expect(await readFile(path, "utf8")).toBe(text);
  await writeFile(path, '{"format":1,"shardCount":4}');
  const folderNow = open();
  expect(folderNow.shardCount).toBe(4);
  folderNow.close();
});

test("a path that cannot be a folder is told with what was tried and why it failed", async () => {
  const path = join(folder.path, "file");
  await writeFile(path, "");
  expect(() => DataFolder.open(path, { shardCount: 1, clock: systemClock })).toThrow(
    expect.objectContaining({
      code: "STORE_UNREACHABLE",
      message: expect.stringMatching(
        /^cannot make the data folder .*: .* is a file, not a folder/,
      ) as string,
    }) as Error,
  );
});
