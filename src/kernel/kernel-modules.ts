/**
 * The compiled kernels, as they are handed to whoever makes a door: to threads too, since a module may
 * be sent where its bytes would have to be compiled again.
 *
 * A module that is missing, or that this engine cannot compile (no SIMD), is simply not there; its door
 * then opens on the TypeScript twin.
 */

export const kernelNames = ["checks", "distances", "intake", "rows"] as const;

export type KernelName = (typeof kernelNames)[number];

export type KernelModules = Partial<Readonly<Record<KernelName, WebAssembly.Module>>>;

/** @param readModule  the bytes of a kernel; undefined where it was not built */
export function compileKernels(
  readModule: (name: KernelName) => Uint8Array | undefined,
): KernelModules {
  const modules: Partial<Record<KernelName, WebAssembly.Module>> = {};
  for (const name of kernelNames) {
    const bytes = readModule(name);
    if (bytes === undefined) continue;
    try {
      modules[name] = new WebAssembly.Module(bytes);
    } catch {
      // The twin does the work.
    }
  }
  return modules;
}
