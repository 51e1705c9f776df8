import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolders } from "./make-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-folders-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("makeFolders() makes all that is missing, and leaves what is there", () => {
  const deep = join(folder, "a", "b", "c");
  makeFolders(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
  makeFolders(deep);
  mkdirSync(join(deep, "d"));
  expect(statSync(join(deep, "d")).isDirectory()).toBe(true);
});

test("makeFolders() says that a file has the name, or stands on the way", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => {
    makeFolders(file);
  }).toThrow(/is a file, not a folder/);
  expect(() => {
    makeFolders(join(file, "below"));
  }).toThrow(/ENOTDIR/);
});

test.runIf(process.platform === "linux")(
  "makeFolders() ends where a file system takes no folders, as /proc",
  () => {
    expect(() => {
      makeFolders("/proc/kale/data");
    }).toThrow(/ENOENT.*\/proc\/kale/);
  },
);
