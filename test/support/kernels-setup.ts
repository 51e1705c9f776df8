/** Before any test: the kernels are those of today's sources. */
import { buildKernels } from "../../tools/build-kernels.ts";

export async function setup(): Promise<void> {
  const status = await buildKernels(true);
  if (status !== 0) throw new Error("the kernels in wasm/ do not build");
}
