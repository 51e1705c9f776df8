/** The command as npm installs it, under a Node that can run it and under one that cannot. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Package {
  readonly bin: { readonly kale: string };
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
}

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const root = join(import.meta.dirname, "..");
const { bin, engines, scripts } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as Package;
const launcher = join(root, bin.kale);

async function tooOldWords(version: string): Promise<string | undefined> {
  const path = join(root, "bin/node-version.mjs");
  const read = (await import(path)) as { tooOldWords: (version: string) => string | undefined };
  return read.tooOldWords(version);
}

async function run(nodeArgs: readonly string[], args: readonly string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [...nodeArgs, ...args], (error, out, err) => {
      resolve({ status: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

test.each(["18.0.0", "20.20.2", "22.0.0", "22.18.9"])(
  "tooOldWords() refuses Node %s with the remedy in one line",
  async (version) => {
    const words = await tooOldWords(version);
    expect(words).toContain(`Node ${version}`);
    expect(words).toContain("npm ci");
    expect(words).not.toContain("\n");
  },
);

test.each(["22.19.0", "22.20.1", "23.0.0", "24.21.0", "100.0.0"])(
  "tooOldWords() lets Node %s pass",
  async (version) => expect(await tooOldWords(version)).toBeUndefined(),
);

test("tooOldWords() begins where package.json's engines do", async () => {
  const least = engines.node.replace(">=", "");
  const [major = 0, minor = 0] = least.split(".").map(Number);
  expect(await tooOldWords(`${least}.0`)).toBeUndefined();
  expect(await tooOldWords(`${major}.${minor - 1}.9`)).toContain(least);
});

test("the command as npm installs it is the program, with the flags that npm start gives", async () => {
  const [firstLine = ""] = readFileSync(launcher, "utf8").split("\n");
  const flags = scripts["start"]?.split(" ").filter((word) => word.startsWith("--"));
  expect(firstLine).toBe(`#!/usr/bin/env -S node ${flags?.join(" ")}`);
  const direct = await run([], [join(root, "src/cli/main.ts"), "version"]);
  expect(await run([], [launcher, "version"])).toEqual(direct);
  expect(direct.out).not.toBe("");
  expect((await run([], [launcher, "no-such-command"])).status).toBe(2);
});

test("the command under an old Node says so in one line and ends with 1", async () => {
  const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });`;
  const { status, out, err } = await run(
    ["--import", `data:text/javascript,${encodeURIComponent(old)}`],
    [launcher, "version"],
  );
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err.trim().split("\n")).toEqual([`kale: ${await tooOldWords("20.20.2")}`]);
});
