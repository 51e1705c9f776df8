/** The kernels as tools/build-kernels.ts built them before the tests. */
import { existsSync, readFileSync } from "node:fs";
import { compileKernels, type KernelModules } from "./kernel-modules.ts";

export function builtKernels(): KernelModules {
  const folder = new URL("../../dist/kernels/", import.meta.url);
  return compileKernels((name) => {
    const file = new URL(`${name}.wasm`, folder);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
}
