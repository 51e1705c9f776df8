/**
 * Which of the processes of a cluster this one is: a word kept in the data folder, so that it is the
 * same after a restart and never that of another process.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const fileName = "process.json";

/** @param random  makes a new word where the folder has none */
export function processIdOf(folder: string, random: () => string): string {
  const path = join(folder, fileName);
  const known = readId(path);
  if (known !== undefined) return known;
  const id = random();
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ id })}\n`, { flush: true });
  renameSync(`${path}.tmp`, path);
  return id;
}

function readId(path: string): string | undefined {
  try {
    const { id } = JSON.parse(readFileSync(path, "utf8")) as { id?: unknown };
    return typeof id === "string" && /^[a-z0-9]{8,64}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
