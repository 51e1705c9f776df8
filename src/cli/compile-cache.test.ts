import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useCompileCache } from "./compile-cache.ts";

test("useCompileCache leaves a folder that somebody chose, and the program fills that one", () => {
  const folder = mkdtempSync(join(tmpdir(), "kale-test-"));
  try {
    const env = { ...process.env, NODE_COMPILE_CACHE: folder };
    useCompileCache(env);
    expect(env.NODE_COMPILE_CACHE).toBe(folder);
    execFileSync(process.execPath, ["src/cli/main.ts", "version"], { env });
    expect(readdirSync(folder)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("useCompileCache tells the threads where it lies", () => {
  const env: NodeJS.ProcessEnv = {};
  useCompileCache(env);
  expect(env["NODE_COMPILE_CACHE"]).toMatch(/node_modules.\.cache.kale$/);
});
