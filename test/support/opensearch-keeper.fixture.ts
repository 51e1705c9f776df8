/**
 * Keeps one OpenSearch for all test files of a test run: `node opensearch-keeper.fixture.ts FOLDER PID`.
 * It starts a node in FOLDER, writes its address to FOLDER/node.json, and ends with the process PID,
 * which is the test run, however that ends. What went wrong is written to FOLDER/failure.txt.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startOpenSearchNode } from "./opensearch-node.ts";

const [, , folder, watched] = process.argv as [string, string, string, string];

try {
  const node = await startOpenSearchNode({ folder: join(folder, "node") });
  writeFileSync(join(folder, "node.tmp"), JSON.stringify({ url: node.url }));
  renameSync(join(folder, "node.tmp"), join(folder, "node.json"));
  while (isAlive(Number(watched))) await new Promise((resolve) => setTimeout(resolve, 300));
  await node.kill();
  rmSync(folder, { recursive: true, force: true });
} catch (error) {
  writeFileSync(join(folder, "failure.txt"), String(error));
  process.exitCode = 1;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
