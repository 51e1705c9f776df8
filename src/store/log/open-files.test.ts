import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder, type TestFolder } from "../embedded/small-store.fixture.ts";
import type { DiskFile } from "./disk.ts";
import { FaultyDisk } from "./faulty-disk.fixture.ts";
import { OpenFiles } from "./open-files.ts";

let folder: TestFolder;
let disk: CountingDisk;
let files: OpenFiles;

/** Knows what was opened, and how often it is refused as by a process with too many files. */
class CountingDisk extends FaultyDisk {
  readonly opened: string[] = [];
  refusedOpens: string[] = [];

  override open(path: string, mode: "read" | "create" | "change"): Promise<DiskFile> {
    const code = this.refusedOpens.shift();
    if (code !== undefined) return Promise.reject(Object.assign(new Error(code), { code }));
    this.opened.push(path.at(-1)!);
    return super.open(path, mode);
  }
}

beforeEach(async () => {
  folder = await makeFolder();
  for (const name of ["a", "b", "c", "d"]) await writeFile(join(folder.path, name), name);
  disk = new CountingDisk();
  files = new OpenFiles(disk, { countMax: 2 });
});
afterEach(async () => {
  disk.refusal = undefined;
  await files.close();
  expect(disk.openCount).toBe(0);
  await folder.end();
});

async function firstLetter(file: DiskFile): Promise<string> {
  const bytes = new Uint8Array(1);
  await file.read(bytes, 0);
  return String.fromCharCode(bytes[0]!);
}

function read(name: string): Promise<string> {
  return files.use(join(folder.path, name), firstLetter);
}

/** A read that is under way until told. */
function beginRead(name: string): { readonly letter: Promise<string>; readonly end: () => void } {
  const gate = Promise.withResolvers<undefined>();
  const letter = files.use(join(folder.path, name), async (file) => {
    await gate.promise;
    return firstLetter(file);
  });
  return { letter, end: () => gate.resolve(undefined) };
}

test("use() opens a file once, holds as many as allowed, and closes the least recently used", async () => {
  for (const name of ["a", "b", "a", "c", "a", "b"]) expect(await read(name)).toBe(name);
  expect(disk.opened).toEqual(["a", "b", "c", "b"]);
  expect(files.count).toBe(2);
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(2);
});

test("reads of one file at once share one handle", async () => {
  expect(await Promise.all(["a", "a", "a"].map(read))).toEqual(["a", "a", "a"]);
  expect(disk.opened).toEqual(["a"]);
});

test("what is in use is not closed under its reader: by the limit, by forget(), by closeUnused()", async () => {
  const reads = ["a", "b", "c"].map(beginRead);
  expect(await read("d")).toBe("d");
  await files.forget(join(folder.path, "a"));
  await files.closeUnused();
  await files.closeUnused();
  for (const { end } of reads) end();
  expect(await Promise.all(reads.map(({ letter }) => letter))).toEqual(["a", "b", "c"]);
  expect(files.count).toBeLessThanOrEqual(2);
  expect(disk.opened).toEqual(["a", "b", "c", "d"]);
});

test("closeUnused() closes what was not used since the call before, and nothing else", async () => {
  await read("a");
  await read("b");
  await files.closeUnused();
  expect(disk.openCount).toBe(2);
  await read("b");
  await files.closeUnused();
  expect(disk.openCount).toBe(1);
  expect(await read("b")).toBe("b");
  expect(disk.opened).toEqual(["a", "b"]);
});

test("a kept handle that fails is tried once more with a new one", async () => {
  await read("a");
  let failureCount = 0;
  const letter = await files.use(join(folder.path, "a"), (file) => {
    if (failureCount++ === 0) return Promise.reject(new Error("stale"));
    return firstLetter(file);
  });
  expect(letter).toBe("a");
  expect(disk.opened).toEqual(["a", "a"]);
  expect(disk.openCount).toBe(1);
});

test("a read that fails twice rejects with the disk's error, and the next one opens anew", async () => {
  await read("a");
  disk.refuses = new Set(["read"]);
  disk.refusal = "EIO";
  disk.writesLeft = 0;
  await expect(read("a")).rejects.toMatchObject({ code: "EIO" });
  expect(files.count).toBe(0);
  disk.refusal = undefined;
  expect(await read("a")).toBe("a");
  expect(disk.opened).toEqual(["a", "a", "a"]);
});

test("a file that is not there is said so, and is found once it is", async () => {
  await expect(read("e")).rejects.toMatchObject({ code: "ENOENT" });
  await writeFile(join(folder.path, "e"), "e");
  expect(await read("e")).toBe("e");
});

test("where the process may open no more, what nobody reads is given back first", async () => {
  await read("a");
  const under = beginRead("b");
  disk.refusedOpens = ["EMFILE"];
  expect(await read("c")).toBe("c");
  expect(disk.openCount).toBe(2); // b, under way, and c
  under.end();
  expect(await under.letter).toBe("b");
  disk.refusedOpens = ["EMFILE", "EMFILE"];
  await expect(read("d")).rejects.toMatchObject({ code: "EMFILE" });
});

test("close() waits for who reads, and who reads later leaves nothing open", async () => {
  const under = beginRead("a");
  const late = beginRead("b");
  const closing = files.close();
  under.end();
  late.end();
  await closing;
  expect(disk.openCount).toBe(0);
  expect(await Promise.all([under.letter, late.letter])).toEqual(["a", "b"]);
  expect(await read("c")).toBe("c");
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(0);
});
