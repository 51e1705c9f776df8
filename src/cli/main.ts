#!/usr/bin/env -S node --single-threaded-gc --min-semi-space-size=8
/**
 * The entry of the program `kale`: joins the command line to the process.
 *
 * The flags of V8 above, and in package.json and packaging/: what Kale keeps lies in typed arrays, its heaps
 * hold little but the litter of reads and messages. V8's parallel collector woke its helpers for them again and
 * again, which took a third of all CPU while taking in; so each thread collects for itself.
 *
 * Exit status: 0 fine, 1 failed or not fine, 2 wrongly asked, 70 our own mistake (EX_SOFTWARE of
 * sysexits.h).
 */
import { systemClock } from "../base/clock.ts";
import { useCompileCache } from "./compile-cache.ts";
import { commandEntries } from "./commands.ts";
import { dispatch } from "./dispatch.ts";

const softwareErrorStatus = 70;

// Who reads us may stop reading: `kale detect … | head`. That is no error. A log that nobody reads
// any more must not end the program either.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  failLoudly(error);
});
process.stderr.on("error", () => undefined);
process.on("uncaughtException", failLoudly);
process.on("unhandledRejection", failLoudly);

useCompileCache(process.env);
const status = await dispatch(process.argv.slice(2), commandEntries, {
  env: process.env,
  clock: systemClock,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
// What was written may still wait in the pipe.
process.stdout.write("", () => process.exit(status));

function failLoudly(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`kale: this is a mistake in Kale itself, please report it\n${text}\n`);
  process.exit(softwareErrorStatus);
}
