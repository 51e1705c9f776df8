/**
 * Makes a folder and those above it that are missing, as `mkdir -p` does.
 *
 * Not Node's `recursive`: where a file system answers "no such file" to making a folder in one that
 * is there, as /proc does, that takes the folder above for missing, and never ends.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** @throws the error of the file system, also where a file has the name. */
export function makeFolders(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.push(at);
  for (const path of missing.reverse()) makeFolder(path);
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file, not a folder`);
}

/** Another process may have made it meanwhile. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}
