/** Saved views in real browsers, over a real Kale that is started again in between. */
import { rm } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openPage } from "./support/browser.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";
import { chromium, describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

const hosts = ["fe1", "fe2", "fe3"];
const name = "Shops <b>by hour</b>";
const targets = ["aliasByNode(web.*.requests, 1)", "sumSeries(web.*.requests)"];

let dataFolder: string;
let kale: KaleProcess;
let browser: Browser;
let token: string;
/** Of the view, once it is saved. */
let viewAddress: string;

function startKale(): Promise<KaleProcess> {
  return startKaleProcess({ dataFolder, args: ["--no-host-metrics", "--max-age", "1d"] });
}

async function sendHour(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const lines = hosts.flatMap((host, k) =>
    Array.from({ length: 360 }, (_, i) => {
      return `web.${host}.requests ${10 * (k + 1) + (i % 7)} ${now - (360 - i) * 10}\n`;
    }),
  );
  await sendStream(kale.ports.carbon, lines.join(""));
  await until(async () => {
    const page = await kale.get<{ total: number }>("/kale/series?query=web&limit=10&details=1");
    return page.total >= hosts.length;
  });
}

async function signIn(page: Page): Promise<void> {
  await page.getByText("Admin token", { exact: true }).first().waitFor();
  if ((await page.locator("input[name=token]").count()) === 0) {
    await page.getByRole("button", { name: /token/i }).click();
  }
  await page.locator("input[name=token]").fill(token);
  await page.locator("input[name=token]").press("Enter");
}

function graphs(page: Page): Promise<number> {
  return page.locator('figure[data-chart="expression"]').count();
}

describeWith(chromium, "saved views in Chromium", () => {
  beforeAll(async () => {
    dataFolder = await temporaryFolder();
    kale = await startKale();
    token = /token\s+(\S+)/.exec(kale.output())![1]!;
    browser = await launchBrowser();
    await sendHour();
  });

  afterAll(async () => {
    await browser.close();
    expect(await kale.end()).toBe(0);
    await rm(dataFolder, { recursive: true, force: true });
  });

  test("a graph is saved as a view by who signs in", async () => {
    const { page, complaints } = await openPage(browser, `${kale.url}/graph?range=1h`);
    await page.locator('textarea[name="target"]').fill(targets.join("\n"));
    await page.locator('textarea[name="target"]').press("Enter");
    await page.getByRole("button", { name: "A graph each" }).click();
    await until(async () => (await graphs(page)) === 2);

    await page.locator("h1").click();
    await page.keyboard.press("c");
    const form = page.locator("[data-ask=save]");
    await form.locator('input[name="name"]').fill(name);
    await form.locator('textarea[name="note"]').fill("Look at fe3 first.");
    await form.getByRole("button", { name: "Save" }).click();
    await signIn(page);
    await page.waitForURL(/\/views\/[^/?]+$/);
    viewAddress = new URL(page.url()).pathname;
    await until(async () => (await page.locator("h1").innerText()) === name);
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
    await page.close();
  });

  test("started again, the program shows it by link, by its name in the search and in the list", async () => {
    expect(await kale.end()).toBe(0);
    kale = await startKale();

    const { page, complaints } = await openPage(browser, kale.url + viewAddress);
    await until(async () => (await graphs(page)) === 2);
    expect(await page.locator("h1").innerText()).toBe(name);
    expect(await page.title()).toContain(`${name} · Kale`);
    expect(await page.getByText("Look at fe3 first.").count()).toBe(1);
    expect(await page.getByRole("button", { name: "1 h", pressed: true }).count()).toBe(1);

    await page.goto(kale.url);
    const search = page.locator("#find, .find input").first();
    await search.fill(name.toLowerCase());
    await page.locator('[role="option"]', { hasText: name }).waitFor();
    await search.press("Enter");
    await page.waitForURL((url) => url.pathname === viewAddress);
    await until(async () => (await graphs(page)) === 2);

    await page.goto(`${kale.url}/views`);
    await page.locator("a.collection-link", { hasText: name }).click();
    await page.waitForURL((url) => url.pathname === viewAddress);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("another browser sees it at 360 px, and that what it changes there is not saved", async () => {
    const other = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await other.newPage();
    await page.goto(kale.url + viewAddress);
    await until(async () => (await graphs(page)) === 2);
    await page.getByRole("button", { name: "6 h", exact: true }).click();
    await page.getByText("Not as it was saved.").waitFor();
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    await page.getByRole("link", { name: "As it was" }).click();
    await page.getByText("Not as it was saved.").waitFor({ state: "detached" });
    await other.close();
  });

  test("it is renamed, and deleted after a question; its link says so then", async () => {
    const { page } = await openPage(browser, kale.url + viewAddress);
    await page.getByRole("button", { name: "Edit name and note" }).click();
    await page.locator('[data-ask=save] input[name="name"]').fill("Shops");
    await page.locator("[data-ask=save]").getByRole("button", { name: "Save" }).click();
    await signIn(page);
    await until(async () => (await page.locator("h1").innerText()) === "Shops");

    await page.goto(`${kale.url}/views`);
    await page.getByRole("button", { name: "Delete Shops" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No view is saved yet").waitFor();
    expect(await kale.get<unknown[]>("/kale/views")).toEqual([]);
    await page.goto(kale.url + viewAddress);
    await page.getByText("There is no such view").waitFor();
    await page.close();
  });

  test("an expression in the search of any page is drawn, or told where it breaks", async () => {
    const { page } = await openPage(browser, kale.url);
    const search = page.locator(".find input");
    await search.fill(targets[0]!);
    await search.press("Enter");
    const figure = page.locator('figure[data-chart="expression"]');
    await until(async () => (await figure.getAttribute("data-lines").catch(() => "")) === "3");
    await search.fill("sumSeries(web.*.requests");
    await search.press("Enter");
    const problem = page.locator('.expression [role="alert"]');
    await problem.waitFor();
    expect(await problem.innerText()).toMatch(/ends at character 25; expected , or \)[^]*\^/);
    await page.close();
  });

  test("a graph of equals is read by keys, line by line, and as a table", async () => {
    const target = encodeURIComponent(targets[0]!);
    const { page } = await openPage(browser, `${kale.url}/graph?target=${target}&range=1h`);
    const plot = page.locator('figure[data-chart="expression"] .chart-plot');
    await plot.waitFor();
    await plot.focus();
    await page.keyboard.press("End");
    const said = page.locator('figure[data-chart="expression"] [aria-live="polite"]');
    await until(async () => (await said.innerText()).startsWith("fe1 · "));
    await page.keyboard.press("ArrowDown");
    await until(async () => (await said.innerText()).startsWith("fe2 · "));
    await page.keyboard.press("Home");
    await until(async () => / · 2\d$/.test(await said.innerText()));
    await page.getByText("As a table").click();
    const headings = page.locator(".as-table thead th");
    expect(await headings.allInnerTexts()).toEqual(["Time", ...hosts]);
    expect(await page.locator(".as-table tbody tr").count()).toBeGreaterThan(20);
    await page.close();
  });
});
