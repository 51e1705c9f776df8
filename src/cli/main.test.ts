import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "kale-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

function kale(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["src/cli/main.ts", ...args], { encoding: "utf8" });
}

test("kale version prints the version of package.json and nothing else", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(kale("version")).toMatchObject({ status: 0, stdout: `kale ${version}\n`, stderr: "" });
  expect(kale("--version").stdout).toBe(`kale ${version}\n`);
});

test("kale --help lists the commands", () => {
  const { status, stdout } = kale("--help");
  expect(status).toBe(0);
  for (const name of ["start", "demo", "seed", "check-config", "doctor", "version"]) {
    expect(stdout).toContain(`\n  ${name} `);
  }
});

test("kale check-config tells line, column, what was found and what is allowed", () => {
  const path = join(folder, "bad.yaml");
  writeFileSync(path, "bind: 0.0.0.0\nports:\n  pickle: many\n");
  const { status, stdout } = kale("check-config", path);
  expect(status).toBe(1);
  expect(stdout).toBe(
    `${path}:3:11: ports.pickle: found "many"; allowed is a port number from 1 to 65535, or 0 for off\n`,
  );
});

test("kale check-config is content with a good file", () => {
  const path = join(folder, "good.yaml");
  writeFileSync(path, "bind: 0.0.0.0\nmax-age: 1h\n");
  expect(kale("check-config", path)).toMatchObject({
    status: 0,
    stdout: `${path}: fine, 2 settings\n`,
  });
});

test.each([
  { args: ["strat"], message: 'kale: unknown command "strat"; did you mean start?\n' },
  {
    args: ["check-config"],
    message: "kale check-config: needs exactly one file (see kale check-config --help)\n",
  },
  { args: ["seed", "--prt"], message: /^kale seed: unknown option --prt/ },
])("kale $args ends with status 2 and one line", ({ args, message }) => {
  const { status, stdout, stderr } = kale(...args);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr.split("\n").length).toBe(2);
});

test("kale ends quietly when nobody reads its output any more", () => {
  const line = `"${process.execPath}" src/cli/main.ts start --help | head -1`;
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^usage: kale start/);
});
