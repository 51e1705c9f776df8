/** The kernels as the program reads them, for tests of their doors: kernels-setup.ts has built them. */
import { readKernels } from "../../src/cli/read-kernels.ts";
import type { KernelName } from "../../src/kernel/kernel-modules.ts";

export function builtKernel(name: KernelName): WebAssembly.Module {
  const module = readKernels("auto")[name];
  if (module === undefined) throw new Error(`the kernel ${name} is not built`);
  return module;
}
