/**
 * Builds the kernels in wasm/ into dist/kernels, one module for each file at its top.
 *
 *     node tools/build-kernels.ts [--if-stale]
 *
 * With `--if-stale` nothing is built while the fingerprint beside them is that of today's sources; it is
 * taken over contents, as a checkout changes times. Modules are written whole: each into a file of its own
 * that is renamed. Where the compiler is not installed, what was built before is kept, and without it
 * the program runs on the kernels' TypeScript twins.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const kernelsFolder = resolve(root, "dist/kernels");
const fingerprintFile = resolve(root, "dist/kernels.fingerprint");

/** No imports and no allocator: what a kernel works on is laid out by its door in src/kernel. */
const compilerFlags = [
  ...["--runtime", "stub", "--use", "abort=", "--noAssert", "--noColors"],
  ...["--enable", "simd", "-O3", "--converge"],
];

/** By name only: its own types would change those of arrays everywhere. */
const compilerPackage: string = "assemblyscript/asc";

if (import.meta.main) process.exitCode = await buildKernels(process.argv.includes("--if-stale"));

/** @returns the status to end with */
export async function buildKernels(onlyIfStale: boolean): Promise<number> {
  const entries = globSync("wasm/*.ts", { cwd: root }).sort();
  const fingerprint = fingerprintOf([...globSync("wasm/**/*.ts", { cwd: root }).sort()]);
  const isFresh =
    existsSync(fingerprintFile) && readFileSync(fingerprintFile, "utf8") === fingerprint;
  if (onlyIfStale && isFresh && entries.every((entry) => existsSync(moduleFile(entry)))) return 0;
  const compiler = await loadCompiler();
  if (compiler === undefined) {
    say("kernels: kept as they are; building them needs the development packages");
    return 0;
  }
  mkdirSync(kernelsFolder, { recursive: true });
  for (const entry of entries) {
    // Of this process alone: two commands that start at once may both build.
    const fresh = `${moduleFile(entry)}.${process.pid}`;
    const args = [resolve(root, entry), "--outFile", fresh, ...compilerFlags];
    const { error, stderr } = await compiler.main(args);
    if (error !== null) {
      rmSync(fresh, { force: true });
      process.stderr.write(`kernels: ${entry} not built: ${error.message}\n${stderr.toString()}`);
      return 1;
    }
    renameSync(fresh, moduleFile(entry));
  }
  writeFileSync(fingerprintFile, fingerprint);
  say(`kernels: ${entries.length} built into dist/kernels`);
  return 0;
}

interface Compiler {
  main(args: readonly string[]): Promise<{
    readonly error: Error | null;
    readonly stderr: { toString(): string };
  }>;
}

async function loadCompiler(): Promise<Compiler | undefined> {
  try {
    return (await import(compilerPackage)) as Compiler;
  } catch (error) {
    const isMissing =
      error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (isMissing) return undefined;
    throw error;
  }
}

function moduleFile(entry: string): string {
  return resolve(kernelsFolder, `${basename(entry, ".ts")}.wasm`);
}

function fingerprintOf(sources: readonly string[]): string {
  const hash = createHash("sha256").update(compilerFlags.join(" "));
  for (const file of ["package-lock.json", ...sources]) {
    hash.update(file).update("\0");
    hash.update(readFileSync(resolve(root, file))).update("\0");
  }
  return hash.digest("hex");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
