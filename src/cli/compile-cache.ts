/**
 * Keeps what Node makes of the sources, stripped of types and compiled, from one start to the next.
 * Without it each thread of each start does that anew: half of the processor time until the ports are open.
 *
 * It lies with the installed packages, so a fresh install begins with none. Where the folder cannot be
 * written, e.g. under systemd, everything works as without it.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../node_modules/.cache/kale");

/** To be called before anything large is loaded. Threads find the folder by the variable; one that is set stays. */
export function useCompileCache(env: NodeJS.ProcessEnv): void {
  if (env["NODE_COMPILE_CACHE"] !== undefined) return;
  enableCompileCache(folder);
  env["NODE_COMPILE_CACHE"] = folder;
}
