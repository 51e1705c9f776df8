/** Reads the kernels that tools/build-kernels.ts has built. */
import { readFileSync } from "node:fs";
import { compileKernels, type KernelModules } from "../kernel/index.ts";

const folder = new URL("../../dist/kernels/", import.meta.url);

/** @param choice  "typescript" leaves all of them out */
export function readKernels(choice: "auto" | "typescript"): KernelModules {
  if (choice === "typescript") return {};
  return compileKernels((name) => {
    try {
      return readFileSync(new URL(`${name}.wasm`, folder));
    } catch {
      return undefined; // not built: the twin does the work
    }
  });
}
