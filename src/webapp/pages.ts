/**
 * The built pages: files of one folder, held in memory with their types and compressed forms.
 *
 * Held in memory, a path from outside is only ever looked up in a table, never given to the file
 * system. The folder is read again when its index.html changes, so a new build shows at once.
 */
import type { Hono } from "hono";
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { answerFault, quoted, type WebappContext, type WebappEnv } from "./fault.ts";

const fileCountMax = 1_000;
const fileBytesMax = 16 << 20;

/** Every page is the same document; the script in it reads the path. */
const pagePaths: ReadonlySet<string> = new Set([
  "/",
  "/admin",
  "/alerts",
  "/collections",
  "/explore",
  "/feedback",
  "/graph",
  "/help",
  "/history",
  "/oculus",
  "/rules",
  "/search",
  "/sources",
  "/status",
  "/views",
]);
const pagePrefixes = ["/a/", "/c/", "/collections/", "/m/", "/views/"] as const;
/** Under these an unknown path is a mistake of a program, not of a person. */
const apiPrefixes = ["/kale/", "/api/", "/static/"] as const;

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

const notBuiltPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Kale</title>
<h1>The pages are not built yet</h1>
<p>Run <code>npm run build</code> in the folder of Kale, then load this page again.
Metrics are taken in and judged all the same; <a href="/kale/anomalies">/kale/anomalies</a> lists
what is abnormal now.</p></html>
`;

type Encoding = "br" | "gzip" | "identity";

interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  /** The name holds a hash of the content, so it may be kept for ever. */
  readonly isHashed: boolean;
  readonly packed: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
}

export class Pages {
  readonly #folder: string;
  #files: ReadonlyMap<string, PageFile> = new Map();
  #indexMs = NaN;

  /** @param folder  of the built pages; may be missing, and may come later */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param path  of the URL, e.g. "/assets/main-BF2k.js" */
  async file(path: string): Promise<PageFile | undefined> {
    await this.#refresh();
    return this.#files.get(path);
  }

  async #refresh(): Promise<void> {
    const indexMs = await changedMs(join(this.#folder, "index.html"));
    if (indexMs === this.#indexMs) return;
    this.#files = indexMs === undefined ? new Map() : await readFiles(this.#folder);
    this.#indexMs = indexMs ?? NaN;
  }
}

/**
 * Takes whatever no API has taken; must be added last.
 *
 * @param onPageView  called when somebody opens a page
 */
export function addPages(app: Hono<WebappEnv>, pages: Pages, onPageView: () => void): void {
  app.get("/", (context) => {
    const { landing } = context.env;
    if (landing === "/") onPageView();
    return landing === "/" ? answerPage(context, pages, 200) : context.redirect(landing, 302);
  });
  app.get("*", async (context) => {
    const { path } = context.req;
    if (pagePaths.has(path) || pagePrefixes.some((prefix) => path.startsWith(prefix))) {
      onPageView();
      return await answerPage(context, pages, 200);
    }
    const file = await pages.file(path);
    if (file !== undefined) return await answerFile(context, file, 200);
    const isForPerson =
      !apiPrefixes.some((prefix) => path.startsWith(prefix)) && wantsPage(context);
    if (isForPerson) return await answerPage(context, pages, 404);
    const message = `Nothing is at ${quoted(path)}.`;
    return answerFault(context, { code: "not-found", message });
  });
}

async function answerPage(
  context: WebappContext,
  pages: Pages,
  status: 200 | 404,
): Promise<Response> {
  const index = await pages.file("/index.html");
  if (index !== undefined) return await answerFile(context, index, status);
  if (wantsPage(context)) return context.html(notBuiltPage, 503, { "Cache-Control": "no-store" });
  const message = "The pages are not built yet; run `npm run build` in the folder of Kale.";
  return answerFault(context, { code: "pages-not-built", message });
}

function wantsPage(context: WebappContext): boolean {
  return context.req.header("Accept")?.includes("text/html") === true;
}

async function answerFile(
  context: WebappContext,
  file: PageFile,
  status: 200 | 404,
): Promise<Response> {
  context.header(
    "Cache-Control",
    file.isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  );
  context.header("Vary", "Accept-Encoding");
  const encoding = encodingOf(context.req.header("Accept-Encoding") ?? "", file);
  const etag = `"${file.etag}-${encoding}"`;
  context.header("ETag", etag);
  if (status === 200 && context.req.header("If-None-Match")?.includes(etag) === true) {
    return context.body(null, 304);
  }
  if (encoding !== "identity") context.header("Content-Encoding", encoding);
  const bytes = await packed(file, encoding);
  return context.body(bytes, status, {
    "Content-Type": file.type,
    "Content-Length": String(bytes.length),
  });
}

/** Images and fonts are compressed already; a small file is not worth it. */
function encodingOf(accepted: string, file: PageFile): Encoding {
  if (!/^text|json|svg|wasm/.test(file.type) || file.bytes.length < 1_024) return "identity";
  const named = new Set(
    accepted
      .split(",")
      .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
      .map((part) => part.replace(/;.*/, "").trim().toLowerCase()),
  );
  return named.has("br") ? "br" : named.has("gzip") ? "gzip" : "identity";
}

function packed(file: PageFile, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = file.packed.get(encoding);
  if (bytes === undefined) {
    bytes = pack(file.bytes, encoding);
    file.packed.set(encoding, bytes);
  }
  return bytes;
}

async function pack(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "identity") return bytes;
  const packer = encoding === "br" ? promisify(brotliCompress) : promisify(gzip);
  return Uint8Array.from(await packer(bytes));
}

async function readFiles(folder: string): Promise<Map<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, PageFile>();
  for (const entry of entries) {
    if (!entry.isFile() || files.size >= fileCountMax) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).size > fileBytesMax) continue;
    const bytes = Uint8Array.from(await readFile(path));
    const urlPath = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(urlPath, {
      bytes,
      type: types[extname(path).toLowerCase()] ?? "application/octet-stream",
      etag: createHash("sha256").update(bytes).digest("base64url").slice(0, 20),
      isHashed: /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(urlPath),
      packed: new Map(),
    });
  }
  return files;
}

/** @returns undefined where there is no such file */
async function changedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
