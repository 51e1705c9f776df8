/** The search in a real browser, over a real Kale: search, draw, from an anomaly, save, seen before. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nextNormal, seededRandom } from "../src/base/random.ts";
import type { AnomalyJson, CollectionSummaryJson, SimilarJson } from "../src/webapp/contract.ts";
import { launchBrowser, openPage } from "./support/browser.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { chromium, describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

let kale: KaleProcess;
let browser: Browser;

const stepSeconds = 10;
const sampleCount = 2000;
/** When the trouble begins, in samples from the end. */
const onset = 60;

/** What each series adds to its noise, by samples since the onset; the families of the test. */
const movers: readonly (readonly [name: string, move: (since: number) => number])[] = [
  ["checkout.latency_ms", (since) => (since >= 0 ? 300 : 0)],
  ["provider.card.latency_ms", (since) => (since >= 0 ? 9000 : 0)],
  ["queue.orders.depth", (since) => (since >= 6 ? 40 : 0)],
  ["checkout.completed", (since) => (since >= 0 ? -50 : 0)],
];

async function sendSite(): Promise<void> {
  const random = seededRandom(11);
  const now = Math.floor(Date.now() / 1000);
  const lines: string[] = [];
  const names = [
    ...movers.map(([name]) => name),
    ...Array.from({ length: 40 }, (_, i) => `host.web${i}.load`),
  ];
  for (const name of names) {
    const move = movers.find(([mover]) => mover === name)?.[1];
    const size = name.startsWith("provider") ? 90 : 3;
    for (let i = 0; i < sampleCount; i++) {
      const value = 100 + size * nextNormal(random) + (move?.(i - (sampleCount - onset)) ?? 0);
      lines.push(`${name} ${value.toFixed(2)} ${now - (sampleCount - i) * stepSeconds}\n`);
    }
  }
  await sendStream(kale.ports.carbon, lines.join(""));
}

async function matchesOn(page: Page): Promise<{ name: string; sign: string; lag: string }[]> {
  await page.locator('[data-final="true"]').waitFor({ timeout: 20_000 });
  const cards = await page.locator("[data-match]").all();
  return await Promise.all(
    cards.map(async (card) => ({
      name: (await card.getAttribute("data-match")) ?? "",
      sign: (await card.getAttribute("data-sign")) ?? "",
      lag: (await card.getAttribute("data-lag")) ?? "",
    })),
  );
}

async function anomalyOf(name: string): Promise<AnomalyJson> {
  let found: AnomalyJson | undefined;
  await until(async () => {
    const active = await kale.get<AnomalyJson[]>("/kale/anomalies?state=active");
    found = active.find((anomaly) => anomaly.name === name);
    return found !== undefined;
  });
  return found!;
}

describeWith(chromium, "the search in Chromium", () => {
  beforeAll(async () => {
    kale = await startKaleProcess({
      args: ["--no-host-metrics", "--max-age", "1d", "--detector", "skyline"],
    });
    browser = await launchBrowser();
    await sendSite();
    await anomalyOf("checkout.latency_ms");
  });

  afterAll(async () => {
    await browser.close();
    expect(await kale.end()).toBe(0);
  });

  test("opens from an anomaly with s, and finds what moved with it: late and upside down too", async () => {
    const { id, searchFrom, searchUntil } = await anomalyOf("checkout.latency_ms");
    const { page, complaints } = await openPage(browser, `${kale.url}/a/${id}`);
    await page.locator('figure[data-chart="hour"]').waitFor();
    await page.keyboard.press("s");
    await page.waitForURL(/\/oculus\?/);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get("name")).toBe("checkout.latency_ms");
    expect(Number(searchParams.get("from"))).toBeCloseTo(searchFrom, -2);
    expect(Number(searchParams.get("until"))).toBeCloseTo(searchUntil, -2);

    const matches = await matchesOn(page);
    expect(
      matches
        .slice(0, 3)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["checkout.completed", "provider.card.latency_ms", "queue.orders.depth"]);
    const of = (name: string) => matches.find((match) => match.name === name)!;
    expect(of("checkout.completed").sign).toBe("-1");
    expect(Number(of("queue.orders.depth").lag)).toBeGreaterThanOrEqual(30);
    expect(matches.map(({ name }) => name)).not.toContain("checkout.latency_ms");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("asks what the address asks for before the script of the pages is there, and once", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
    const searched = page.waitForRequest((request) => request.url().includes("/kale/similar?"));
    const release = Promise.withResolvers<undefined>();
    await page.route(/\/assets\/main-.*\.js$/, async (route) => {
      await release.promise;
      await route.continue();
    });
    await page.goto(`${kale.url}/oculus?name=checkout.latency_ms`, { waitUntil: "commit" });
    await searched;
    release.resolve(undefined);
    expect((await matchesOn(page))[0]?.name).toBe("provider.card.latency_ms");
    expect(asked.filter((path) => path === "/kale/similar")).toHaveLength(1);
    await context.close();
  });

  test("goes on to another page, whose script may come late or not at all", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const otherPages = /\/assets\/other-pages-.*\.js$/;
    await page.route(otherPages, (route) => route.abort());
    await page.goto(`${kale.url}/oculus?name=checkout.latency_ms`);
    await matchesOn(page);
    await page.getByRole("link", { name: "Status", exact: true }).first().click();
    const again = page.getByRole("button", { name: "Load it anew" });
    await again.waitFor();
    await page.unroute(otherPages);
    await again.click();
    await page.getByRole("heading", { name: "Status", exact: true }).waitFor();
    await context.close();
  });

  test("changes the method in place and leaves out a part of a name", async () => {
    const { page, complaints } = await openPage(
      browser,
      `${kale.url}/oculus?name=checkout.latency_ms`,
    );
    await matchesOn(page);
    await page.getByText("Euclidean", { exact: true }).click();
    await page.waitForURL(/method=euclidean/);
    expect((await matchesOn(page))[0]!.name).toBe("provider.card.latency_ms");
    await page
      .getByLabel(/leave out|part of a name/i)
      .first()
      .fill("provider");
    await page.keyboard.press("Enter");
    await page.waitForURL(/exclude=provider/);
    await until(async () =>
      (await matchesOn(page)).every(({ name }) => !name.startsWith("provider")),
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("finds a shape that is drawn with the pointer", async () => {
    const { page, complaints } = await openPage(browser, `${kale.url}/oculus`);
    const pad = page.locator("[data-draw]");
    await pad.waitFor();
    const box = (await pad.boundingBox())!;
    // The step lies ten minutes before the end: five sixths of the hour.
    const at = (share: number, level: number): [number, number] => [
      box.x + 36 + share * (box.width - 44),
      box.y + box.height * (0.85 - 0.65 * level),
    ];
    await page.mouse.move(...at(0.01, 0.05));
    await page.mouse.down();
    for (const [share, level] of [
      [0.4, 0.05],
      [0.81, 0.05],
      [0.84, 0.95],
      [0.99, 0.95],
    ] as const) {
      await page.mouse.move(...at(share, level), { steps: 12 });
    }
    await page.mouse.up();
    const names = (await matchesOn(page)).slice(0, 4).map(({ name }) => name);
    expect(names.sort()).toEqual(movers.map(([name]) => name).sort());
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("saves results as a collection after signing in, and says seen before when it comes back", async () => {
    const token = /token\s+(\S+)/.exec(kale.output())![1]!;
    const { page, complaints } = await openPage(
      browser,
      `${kale.url}/oculus?name=checkout.latency_ms`,
    );
    await matchesOn(page);
    for (const name of ["provider.card.latency_ms", "queue.orders.depth"]) {
      await page.locator(`[data-match="${name}"] [data-select]`).click();
    }
    await page.locator("[data-save-selection]").click();
    await page.getByLabel("Name", { exact: true }).fill("card provider <slow>");
    await page.getByLabel("Note").fill("They had a bad deploy.");
    await page.locator("form[data-ask=save] button[type=submit]").click();
    // Nobody is signed in yet: the browser is told so, and asks.
    await page.getByText("Admin token", { exact: true }).first().waitFor();
    if ((await page.locator("input[name=token]").count()) === 0) {
      await page.getByRole("button", { name: /token/i }).click();
    }
    await page.locator("input[name=token]").fill(token);
    await page.keyboard.press("Enter");
    let saved: CollectionSummaryJson[] = [];
    await until(async () => {
      saved = await kale.get<CollectionSummaryJson[]>("/kale/collections");
      return saved.length === 1;
    });
    expect(saved[0]).toMatchObject({
      name: "card provider <slow>",
      note: "They had a bad deploy.",
    });
    expect(saved[0]!.metrics).toEqual(
      expect.arrayContaining(["provider.card.latency_ms", "queue.orders.depth"]),
    );

    await page.goto(`${kale.url}/collections/${saved[0]!.id}`);
    await page.getByText("card provider <slow>").first().waitFor();
    expect(await page.locator("[data-item]").count()).toBe(saved[0]!.metrics.length);

    const answer = await kale.get<SimilarJson>("/kale/similar?name=checkout.latency_ms");
    expect(answer.seenBefore[0]).toMatchObject({ name: "card provider <slow>" });
    expect(answer.seenBefore[0]!.likeness).toBeGreaterThan(80);
    await page.goto(`${kale.url}/oculus?name=checkout.latency_ms`);
    await page.locator("[data-seen-before]").first().waitFor();
    const { id } = await anomalyOf("checkout.latency_ms");
    await page.goto(`${kale.url}/a/${id}`);
    await page.locator("[data-seen-before]").first().waitFor();
    // The refusal before signing in is the only thing the browser complained of.
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
    await page.close();
  });

  test("changes nothing for somebody who is not signed in, or who comes from another site", async () => {
    const body = JSON.stringify({ name: "x", note: "", items: [] });
    const headers = { "content-type": "application/json" };
    const path = `${kale.url}/kale/collections`;
    const stranger = await fetch(path, { method: "POST", headers, body });
    expect(stranger.status).toBe(401);
    const token = /token\s+(\S+)/.exec(kale.output())![1]!;
    const signIn = await fetch(`${kale.url}/kale/session`, {
      method: "POST",
      headers,
      body: JSON.stringify({ token }),
    });
    const cookie = signIn.headers.get("set-cookie")!.split(";")[0]!;
    const crossSite = await fetch(path, {
      method: "POST",
      headers: { ...headers, cookie, origin: "http://evil.example" },
      body,
    });
    expect(crossSite.status).toBe(403);
    expect(await kale.get<unknown[]>("/kale/collections")).toHaveLength(1);
  });
});
