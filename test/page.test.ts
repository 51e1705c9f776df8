/** The page in a real browser, over a real Kale that is sent real samples. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openPage } from "./support/browser.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { chromium, describeWith } from "./support/requirements.ts";
import { sendDatagram, sendStream, skylineMessage } from "./support/send.ts";

let kale: KaleProcess;
let browser: Browser;

const calmName = "shop.<b>orders</b>.per_minute";
const spikeName = "shop.checkout.latency_ms";

/** Two hours of a calm metric, a sample every 10 s, up to now. */
async function sendHistory(name: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const lines = Array.from({ length: 720 }, (_, i) => {
    const value = 62 + 9 * Math.sin(i / 20) + ((i * 7919) % 13) / 2;
    return `${name} ${value.toFixed(2)} ${now - (720 - i) * 10}\n`;
  });
  await sendStream(kale.ports.carbon, lines.join(""));
}

async function spike(name: string, value: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (let age = 2; age >= 0; age--) {
    await sendDatagram(kale.ports.msgpack, skylineMessage(name, now - age, value));
  }
}

describeWith(chromium, "the page in Chromium", () => {
  beforeAll(async () => {
    kale = await startKaleProcess({
      args: ["--no-host-metrics", "--max-age", "1d", "--detector", "skyline"],
    });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    expect(await kale.end()).toBe(0);
  });

  test("says that nothing is abnormal, and how to send a first metric", async () => {
    const { page, complaints } = await openPage(browser, kale.url);
    await page.getByText(String(kale.ports.carbon)).first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("shows a spike sent over UDP MessagePack without a reload, and why", async () => {
    await sendHistory(calmName);
    await sendHistory(spikeName);
    const { page, complaints } = await openPage(browser, kale.url);
    await page.getByText("metrics · judged").waitFor();
    expect(await page.locator("[data-anomaly]").count()).toBe(0);

    await spike(spikeName, 410);
    const row = page.locator("[data-anomaly]");
    await row.first().waitFor({ timeout: 20_000 });
    expect(await row.count()).toBe(1);
    expect(await row.innerText()).toContain("410");
    await row.click();

    const hour = page.locator('figure[data-chart="hour"]');
    await hour.waitFor();
    await until(async () => Number(await hour.getAttribute("data-points")) > 300);
    const limits = JSON.parse((await hour.getAttribute("data-limits"))!) as {
      check: string;
      side: string;
      value: number;
    }[];
    const movingAverage = limits.find(
      ({ check, side }) => check === "stddev_from_moving_average" && side === "upper",
    );
    expect(movingAverage?.value).toBeGreaterThan(75);
    expect(movingAverage?.value).toBeLessThan(410);
    const stretches = JSON.parse((await hour.getAttribute("data-stretches"))!) as unknown[];
    expect(stretches).toHaveLength(1);
    expect(await page.locator("tr[data-check]").count()).toBe(9);
    expect(page.url()).toMatch(/\/a\/[0-9a-z-]+$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("opens an anomaly by its link, and shows names as text, never as markup", async () => {
    await spike(calmName, 900);
    await until(async () => {
      const active = await kale.get<{ name: string }[]>("/kale/anomalies?state=active");
      return active.some(({ name }) => name === calmName);
    });
    const [anomaly] = (
      await kale.get<{ id: string; name: string }[]>("/kale/anomalies?state=active")
    ).filter(({ name }) => name === calmName);
    const { page, complaints } = await openPage(browser, `${kale.url}/a/${anomaly!.id}`);
    await page.getByRole("heading", { name: calmName }).waitFor();
    expect(await page.locator("b", { hasText: /^orders$/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is served on each view's own link at 360 px without overflowing", async () => {
    for (const path of ["/", "/explore", "/history", "/sources", "/status", `/m/${spikeName}`]) {
      const { page, complaints } = await openPage(browser, kale.url + path, {
        width: 360,
        height: 740,
      });
      await page.locator("main, [role=main]").first().waitFor();
      await page.waitForTimeout(300);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow, path).toBeLessThanOrEqual(0);
      expect(complaints, path).toEqual([]);
      await page.close();
    }
  });

  test("finds a metric by keyboard alone: slash, part of its name, Enter", async () => {
    const { page, complaints } = await openPage(browser, kale.url);
    await page.getByText("metrics · judged").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("checkout");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator('figure[data-chart="metric"]').waitFor();
    expect(decodeURIComponent(page.url())).toContain(`/m/${spikeName}`);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
