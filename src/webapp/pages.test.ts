import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pageLinks } from "../../web/lib/page-links.ts";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";

const html = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const script = `export const text = ${JSON.stringify("kale ".repeat(1_000))};`;

let root = "";
let folder = "";
let app: TestWebapp;
let viewCount = 0;
beforeEach(async () => {
  viewCount = 0;
  root = mkdtempSync(join(tmpdir(), "kale-pages-"));
  folder = join(root, "web");
  writeFileSync(join(root, "secret.txt"), "secret");
  app = await startTestWebapp({
    pagesFolder: folder,
    onPageView: () => void (viewCount += 1),
    ports: [
      { port: 0, landing: "/" },
      { port: 0, landing: "/oculus" },
    ],
  });
});
afterEach(async () => {
  await app.webapp.close();
  rmSync(root, { recursive: true });
});

function build(title: string): void {
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(folder, "assets", "main-BF2kQx81.js"), script);
  writeFileSync(join(folder, "icon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  writeFileSync(join(folder, "index.html"), `<!doctype html><title>${title}</title>`);
}

test("without built pages a person is told what to do, a program too, and the APIs go on", async () => {
  const page = await app.get("/", html);
  expect(page.status).toBe(503);
  expect(page.text).toContain("npm run build");
  const answer = await app.get("/m/some.name");
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ error: { code: "pages-not-built" } });
  expect((await app.get("/kale/summary")).status).toBe(200);
});

test("pages that are built later show at once, and so does a new build", async () => {
  expect((await app.get("/", html)).status).toBe(503);
  build("first");
  expect((await app.get("/", html)).text).toContain("first");
  build("second");
  utimesSync(join(folder, "index.html"), 1, 2);
  expect((await app.get("/", html)).text).toContain("second");
});

test.each([
  "/",
  "/a/mwst-4h",
  "/m/web.fe1.load",
  "/m/%3Cscript%3E;a=b%2Fc",
  "/m/a/b/c.js",
  "/history",
  "/sources",
  "/status",
  "/explore",
  "/graph?target=a.*",
  "/oculus",
  "/collections",
  "/collections/miezbp34",
  "/views/miezbp34",
  "/explore?query=x",
  ...pageLinks.map(({ address }) => address),
])("%s is the page, never cached without asking", async (target) => {
  build("Kale");
  const answer = await app.get(target, html);
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-cache");
  expect(answer.text).toContain("<title>Kale</title>");
});

test("files with a hash in their name are kept for ever, others are asked for again", async () => {
  build("Kale");
  const main = await app.get("/assets/main-BF2kQx81.js");
  expect(main.headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect(main.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(main.text).toBe(script);
  const icon = await app.get("/icon.svg");
  expect(icon.headers["content-type"]).toBe("image/svg+xml");
  expect(icon.headers["cache-control"]).toBe("no-cache");
  const again = await app.get("/icon.svg", { "If-None-Match": icon.headers.etag ?? "" });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
});

test("files are compressed as the browser takes them", async () => {
  build("Kale");
  const target = "/assets/main-BF2kQx81.js";
  const brotli = await app.get(target, { "Accept-Encoding": "gzip, deflate, br" });
  expect(brotli.headers["content-encoding"]).toBe("br");
  expect(brotliDecompressSync(brotli.bytes).toString()).toBe(script);
  const gzip = await app.get(target, { "Accept-Encoding": "br;q=0, gzip" });
  expect(gzip.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(gzip.bytes).toString()).toBe(script);
  expect((await app.get(target)).headers["content-encoding"]).toBeUndefined();
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/assets/..%2f..%2fsecret.txt",
  "//secret.txt",
  "/assets/%00main",
  "/assets",
])("%s leads to no file", async (target) => {
  build("Kale");
  const answer = await app.get(target);
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain("secret\n");
  expect(answer.json()).toMatchObject({ error: { code: "not-found" } });
});

test("an unknown path is the page with 404 for a person, and JSON for a program", async () => {
  build("Kale");
  const page = await app.get("/no/such/page", html);
  expect([page.status, page.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
  expect((await app.get("/no/such/page")).json()).toMatchObject({ error: { code: "not-found" } });
  const api = await app.get("/kale/nope", html);
  expect([api.status, api.headers["content-type"]]).toEqual([404, "application/json"]);
});

test("the second port opens at Oculus and is the same application otherwise", async () => {
  build("Kale");
  const first = await app.send("GET", "/", { portIndex: 1 });
  expect([first.status, first.headers.location]).toEqual([302, "/oculus"]);
  expect((await app.send("GET", "/oculus", { portIndex: 1 })).text).toContain("Kale");
  expect((await app.send("GET", "/kale/summary", { portIndex: 1 })).status).toBe(200);
});

test("onPageView is called when a page is opened, and not for what it then asks", async () => {
  build("Kale");
  for (const target of ["/kale/summary", "/icon.svg", "/assets/main-BF2kQx81.js", "/metrics"]) {
    await app.get(target);
  }
  expect(viewCount).toBe(0);
  await app.get("/", html);
  await app.get("/m/web.fe1.load", html);
  expect(viewCount).toBe(2);
});
