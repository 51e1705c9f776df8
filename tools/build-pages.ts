/**
 * Builds the pages in web/ into dist/web.
 *
 *     node tools/build-pages.ts [--if-stale]
 *
 * With `--if-stale` nothing is built while the fingerprint beside dist/web is that of today's
 * sources. The fingerprint is taken over contents, not times: a checkout changes times. The build
 * goes into a folder of its own and replaces dist/web when it is whole, so that a server which
 * reads dist/web never sees half of it and a failed build leaves the last good one. Where the
 * development packages are not installed, pages that were built before are kept.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const pagesFolder = resolve(root, "dist/web");
/** Of this process alone: two commands that start at once may both build. */
const freshFolder = resolve(root, `dist/web.fresh-${process.pid}`);
const fingerprintFile = resolve(root, "dist/web.fingerprint");

process.exitCode = await buildPages(process.argv.includes("--if-stale"));

async function buildPages(onlyIfStale: boolean): Promise<number> {
  const fingerprint = fingerprintOfSources();
  if (onlyIfStale && isBuiltFrom(fingerprint)) {
    say(`pages: up to date in ${relative(root, pagesFolder)}`);
    return 0;
  }
  const startedMs = performance.now();
  try {
    const { build } = await import("vite");
    await build({
      configFile: resolve(root, "web/vite.config.ts"),
      logLevel: "warn",
      build: { outDir: freshFolder },
    });
    replacePages();
    writeFileSync(fingerprintFile, fingerprint);
  } catch (error) {
    if (isMissingPackage(error) && arePagesThere()) {
      say("pages: kept as they are; building them needs the development packages");
      return 0;
    }
    process.stderr.write(`pages: not built: ${reasonOf(error)}\n`);
    return 1;
  } finally {
    rmSync(freshFolder, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`pages: built into ${relative(root, pagesFolder)}, ${sizeOfPages()}, in ${seconds} s`);
  return 0;
}

/** One hash over everything that decides what comes out. */
function fingerprintOfSources(): string {
  const files = [
    ...globSync("web/**/*", { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
      .map((entry) => relative(root, resolve(entry.parentPath, entry.name))),
    "package-lock.json",
    "tools/build-pages.ts",
  ].sort();
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(file).update("\0");
    hash.update(
      createHash("sha256")
        .update(readFileSync(resolve(root, file)))
        .digest(),
    );
  }
  return hash.digest("hex");
}

function isBuiltFrom(fingerprint: string): boolean {
  return (
    arePagesThere() &&
    existsSync(fingerprintFile) &&
    readFileSync(fingerprintFile, "utf8") === fingerprint
  );
}

function arePagesThere(): boolean {
  return existsSync(resolve(pagesFolder, "index.html"));
}

/** A rename does not replace a folder that is not empty, and another build may come in between. */
function replacePages(): void {
  for (let triesLeft = 3; ; triesLeft--) {
    rmSync(pagesFolder, { recursive: true, force: true });
    try {
      renameSync(freshFolder, pagesFolder);
      return;
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
  }
}

function sizeOfPages(): string {
  const bytes = globSync("**/*.{js,css}", { cwd: pagesFolder })
    .map((file) => readFileSync(resolve(pagesFolder, file)).length)
    .reduce((sum, size) => sum + size, 0);
  return `${Math.round(bytes / 1000)} KB of script and style`;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isMissingPackage(error) ? `${message}\nRun npm ci, with development packages.` : message;
}

function isMissingPackage(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
