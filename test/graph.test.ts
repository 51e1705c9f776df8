/** The page of expressions and small multiples in a real browser, over a real Kale. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openPage } from "./support/browser.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { chromium, describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

let kale: KaleProcess;
let browser: Browser;

const hosts = ["fe1", "fe2", "fe3"];

async function sendHour(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const lines = hosts.flatMap((host, k) =>
    Array.from({ length: 360 }, (_, i) => {
      const at = `${10 * (k + 1) + (i % 7)} ${now - (360 - i) * 10}\n`;
      return `web.${host}.requests ${at}disk.used;host=${host} ${at}`;
    }),
  );
  await sendStream(kale.ports.carbon, lines.join(""));
}

describeWith(chromium, "the page of expressions in Chromium", () => {
  beforeAll(async () => {
    kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "1d"] });
    browser = await launchBrowser();
    await sendHour();
    await until(async () => {
      const page = await kale.get<{ total: number }>("/kale/series?query=*&limit=10&details=1");
      return page.total >= 2 * hosts.length;
    });
  });

  afterAll(async () => {
    await browser.close();
    expect(await kale.end()).toBe(0);
  });

  test("an expression is typed with a name that is offered, and drawn as its series", async () => {
    const { page, complaints } = await openPage(browser, `${kale.url}/graph`);
    const field = page.locator('textarea[name="target"]');
    await field.fill("web.fe2");
    await page.locator(".offered button", { hasText: "web.fe2.requests" }).click();
    expect(await field.inputValue()).toBe("web.fe2.requests");
    await field.fill("aliasByNode(web.*.requests, 1)");
    await field.press("Enter");
    const figure = page.locator('figure[data-chart="expression"]');
    await figure.waitFor();
    await until(async () => (await figure.getAttribute("data-lines")) === "3");
    expect(Number(await figure.getAttribute("data-points"))).toBeGreaterThan(100);
    expect(await figure.locator(".legend li .mono:first-of-type").allInnerTexts()).toContain("fe1");
    expect(new URL(page.url()).searchParams.get("target")).toBe("aliasByNode(web.*.requests, 1)");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("what is wrong with an expression is told with its place", async () => {
    const target = encodeURIComponent("sumSeries(web.*.requests");
    const { page } = await openPage(browser, `${kale.url}/graph?target=${target}`);
    const problem = page.locator('.expression [role="alert"]');
    await problem.waitFor();
    expect(await problem.innerText()).toMatch(/character \d+[^]*\^/);
    await page.close();
  });

  test("a branch and a tag are grids of small graphs that lead on, at 360 px too", async () => {
    for (const asked of ["web.*", "tag:host"]) {
      const address = `${kale.url}/graph?multiples=${encodeURIComponent(asked)}`;
      const { page, complaints } = await openPage(browser, address, { width: 360, height: 740 });
      const cards = page.locator("ul[data-multiples] a.card");
      await cards.first().waitFor();
      expect(await cards.count(), asked).toBe(hosts.length);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow, asked).toBeLessThanOrEqual(0);
      if (asked === "web.*") {
        await cards.first().click();
        await page.locator('a.card[href="/m/web.fe1.requests"]').click();
        await page.locator('figure[data-chart="metric"]').waitFor();
        await page.getByText("As an expression").click();
        await page.locator('figure[data-chart="expression"]').waitFor();
      }
      expect(complaints, asked).toEqual([]);
      await page.close();
    }
  });
});
