import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testIo } from "./command.fixture.ts";
import { commandEntries } from "./commands.ts";
import { completionCommand } from "./completion.ts";
import { settingOptions } from "./load-settings.ts";

async function script(shell: string): Promise<string> {
  const { io, out } = testIo();
  expect(await completionCommand(commandEntries).run([shell], io)).toBe(0);
  return out();
}

test.each(["bash", "zsh", "fish"])(
  "completion for %s knows commands and their flags",
  async (shell) => {
    const text = await script(shell);
    expect(text).toContain("check-config");
    expect(text).toMatch(/(--|-l )port-carbon-pickle/);
    expect(text).toMatch(/import[^]*graphite whisper prometheus csv json redis/);
  },
);

test("each command's options are the flags that its help lists, so completion knows all", async () => {
  for (const entry of commandEntries) {
    const { name, help, options } = await entry.load();
    const lines = [...help.matchAll(/^ {2}--(?:\[no-\])?([a-z][a-z-]*)/gm)];
    const listed = lines.map(([, flag = ""]) => `--${flag}`);
    const flags = options.map(({ flag }) => flag);
    expect(flags, name).toEqual(expect.arrayContaining(listed));
    const isShort = /[Ee]very option of kale start|any setting as a flag/.test(help);
    const own = options.filter((option) => !settingOptions.includes(option) || !isShort);
    expect(listed, name).toEqual(expect.arrayContaining(own.map(({ flag }) => flag)));
  }
});

describe("bash", () => {
  const folder = mkdtempSync(join(tmpdir(), "kale-completion-"));
  let text = "";
  beforeAll(async () => {
    mkdirSync(join(folder, "a folder"));
    writeFileSync(join(folder, "a file.yaml"), "");
    text = await script("bash");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function ask(words: readonly string[]): string[] {
    const list = words.map((word) => `'${word}'`).join(" ");
    const setup = `cd '${folder}'; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _kale; printf '%s\n' "\${COMPREPLY[@]}"`;
    const { status, stdout } = spawnSync("bash", ["-c", `${text}\n${setup}`], { encoding: "utf8" });
    expect(status).toBe(0);
    return stdout.split("\n").filter((line) => line !== "");
  }

  test.each([
    ["kale che", ["check-config"]],
    ["kale --v", ["--version"]],
    ["kale help comp", ["completion"]],
    ["kale version --h", ["--help"]],
    ["kale demo --ser", ["--series", "--series-limit"]],
    ["kale demo --port-m", ["--port-msgpack"]],
    ["kale import csv --ret", ["--retention"]],
    ["kale import graphite --rest", ["--restart"]],
    ["kale alert test --conf", ["--config"]],
    ["kale start --no-", ["--no-host-metrics"]],
    ["kale seed --port-m", ["--port-msgpack"]],
    ["kale seed --port-msgpack ", []],
    ["kale alert t", ["test"]],
    ["kale oculus ", ["import"]],
    ["kale import g", ["graphite"]],
    ["kale completion f", ["fish"]],
    ["kale start --store e", ["embedded", "elasticsearch"]],
    ["kale demo --detector ", ["kale", "skyline"]],
    ["kale similar x --method f", ["fastdtw"]],
    ["kale start --roles horizon,an", ["horizon,analyzer"]],
    ["kale start --config ", ["a folder", "a file.yaml"]],
    ["kale start --data a", ["a folder", "a file.yaml"]],
    ["kale detect --out ", ["a folder"]],
    ["kale detect --checks ", ["a folder", "a file.yaml"]],
    ["kale check-config ", ["a folder", "a file.yaml"]],
    ["kale import whisper ", ["a folder", "a file.yaml"]],
    ["kale start --max-age ", []],
    ["kale start ", []],
  ])("completes %s with the script", (line, expected) => {
    expect(ask(line.split(" ")).sort()).toEqual([...expected].sort());
  });

  test("completes a value behind =, which readline makes a word of its own", () => {
    expect(ask(["kale", "start", "--store", "=", "r"])).toEqual(["redis"]);
    expect(ask(["kale", "start", "--store", "="])).toHaveLength(3);
  });
});

test("completion refuses another shell", async () => {
  await expect(completionCommand(commandEntries).run(["csh"], testIo().io)).rejects.toThrow(
    /bash, zsh or fish/,
  );
});
