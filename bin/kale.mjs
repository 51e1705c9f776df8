#!/usr/bin/env -S node --single-threaded-gc --min-semi-space-size=8
/**
 * The command `kale` where npm installs it: src/cli/main.ts, whose flags these are. Plain JavaScript, so
 * that a Node which does not know TypeScript ends with one line and not with a trace of its own.
 */
import { tooOldWords } from "./node-version.mjs";

const words = tooOldWords(process.versions.node);
if (words === undefined) await import("../src/cli/main.ts");
else {
  process.stderr.write(`kale: ${words}\n`);
  process.exitCode = 1;
}
