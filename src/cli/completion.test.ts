import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { testIo } from "./command.fixture.ts";
import { commandEntries } from "./commands.ts";
import { completionCommand } from "./completion.ts";

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
    expect(text).toMatch(/import.*graphite whisper prometheus csv json redis/);
  },
);

test("bash completes a command and its options with the script", async () => {
  const ask = (words: string): string => {
    const list = words.split(" ");
    const setup = `COMP_WORDS=(${list.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${list.length - 1}; _kale; echo "\${COMPREPLY[@]}"`;
    const { status, stdout } = spawnSync("bash", ["-c", `${text}\n${setup}`], { encoding: "utf8" });
    expect(status).toBe(0);
    return stdout.trim();
  };
  const text = await script("bash");
  expect(ask("kale che")).toBe("check-config");
  expect(ask("kale demo --ser")).toBe("--series");
  expect(ask("kale seed --port-m")).toBe("--port-msgpack");
  expect(ask("kale alert t")).toBe("test");
  expect(ask("kale oculus ")).toBe("import");
  expect(ask("kale import g")).toBe("graphite");
  expect(ask("kale completion f")).toBe("fish");
});

test("completion refuses another shell", async () => {
  await expect(completionCommand(commandEntries).run(["csh"], testIo().io)).rejects.toThrow(
    /bash, zsh or fish/,
  );
});
