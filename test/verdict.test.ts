/** The default verdict in a real browser, over a real Kale: an incident, why, marked as normal, undone. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnomalyJson, BandJson, FeedbackJson, IncidentJson } from "../src/webapp/contract.ts";
import { launchBrowser, openPage } from "./support/browser.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { chromium, describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

const stepSeconds = 60;
/** Waited for at most; other tests may have the machine. */
const patienceMs = 150_000;
const testTimeoutMs = 600_000;
const names = ["shop.fe1.latency_ms", "shop.fe1.errors", "shop.fe2.latency_ms"] as const;
const calmName = "shop.fe2.load";

let kale: KaleProcess;
let browser: Browser;
let now: number;

/** Minutes before now, first and last: an outage of the night before, and the one that goes on. */
const formerOutage = [700, 686] as const;
const outage = [4, 0] as const;

function valueAt(name: string, minutesAgo: number): number {
  const seed = 7 + 31 * ([...names, calmName] as string[]).indexOf(name);
  const noise = (((minutesAgo * 7919 + seed * 104_729) % 1009) / 1009 - 0.5) * 8;
  const isOdd = [formerOutage, outage].some(
    ([first, last]) => minutesAgo <= first && minutesAgo >= last,
  );
  const calm = 60 + 5 * Math.sin(minutesAgo / 300) + noise;
  return isOdd && name !== calmName ? 5 * calm : calm;
}

/** From the oldest to the newest, all series a minute at a time as a site sends. */
async function sendMinutes(from: number, to: number): Promise<void> {
  const lines: string[] = [];
  for (let minute = from; minute >= to; minute--) {
    for (const name of [...names, calmName]) {
      lines.push(`${name} ${valueAt(name, minute).toFixed(2)} ${now - minute * stepSeconds}\n`);
    }
  }
  await sendStream(kale.ports.carbon, lines.join(""));
}

async function anomaliesOf(name: string): Promise<AnomalyJson[]> {
  return await kale.get<AnomalyJson[]>(`/kale/anomalies?state=all&name=${name}`);
}

describeWith(chromium, "the default verdict in Chromium", () => {
  beforeAll(async () => {
    kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "2d"] });
    browser = await launchBrowser();
    now = Math.floor(Date.now() / 1000);
    await sendMinutes(1200, 0);
    await until(async () => {
      const active = await kale.get<AnomalyJson[]>("/kale/anomalies?state=active");
      // While the history is read, the former outage is active for a moment.
      const going = active.filter(({ started }) => started === now - outage[0] * stepSeconds);
      return going.length === names.length && active.length === names.length;
    }, patienceMs);
  }, testTimeoutMs);

  afterAll(async () => {
    await browser.close();
    expect(await kale.end()).toBe(0);
  }, testTimeoutMs);

  test(
    "an outage is one incident, with its sentence, its band and its voices",
    async () => {
      const incidents = await kale.get<IncidentJson[]>("/kale/incidents");
      expect(incidents).toHaveLength(1);
      expect(incidents[0]).toMatchObject({ title: "3 metrics on 2 hosts", state: "active" });
      expect((await anomaliesOf(calmName)).length).toBe(0);

      const { page, complaints } = await openPage(browser, kale.url);
      page.setDefaultTimeout(patienceMs);
      const incident = page.locator("[data-incident]");
      await incident.waitFor({ timeout: patienceMs });
      expect(await incident.innerText()).toContain("3 metrics on 2 hosts");
      expect(await page.locator("[data-anomaly]").count()).toBe(1);
      // One row, and beside it the earliest of the three in full.
      const [earliest] = incidents[0]!.members;
      await page.getByRole("heading", { name: earliest!.name }).waitFor();
      expect(await page.locator(".sentence").innerText()).toMatch(
        /^[\d.]+ → [\d.]+ since \d\d:\d\d; expected [\d.]+ to [\d.]+ \(.*\); one sample in/,
      );
      await incident.getByRole("button").click();
      await until(
        async () => (await page.locator("[data-anomaly]").count()) === names.length,
        patienceMs,
      );

      const why = page.locator("[data-why]");
      await why.waitFor({ timeout: patienceMs });
      expect(await page.locator("tr[data-voice]").count()).toBe(6);
      expect(await page.locator("tr[data-check]").count()).toBe(9);
      const hour = page.locator('figure[data-chart="hour"]');
      await until(async () => (await hour.getAttribute("data-corridor")) !== "null", patienceMs);
      const corridor = JSON.parse((await hour.getAttribute("data-corridor"))!) as {
        points: number;
        lower: number;
        upper: number;
      };
      const limits = JSON.parse((await hour.getAttribute("data-limits"))!) as { value: number }[];
      expect(limits.length).toBeGreaterThan(0);
      expect(limits[0]!.value).toBeGreaterThan(65);
      expect(corridor.points).toBeGreaterThan(20);
      expect(corridor.lower).toBeGreaterThan(20);
      expect(corridor.upper).toBeLessThan(120);
      const [anomaly] = (await anomaliesOf(names[0])).filter(({ state }) => state === "active");
      expect(anomaly!.sentence).toMatch(
        /^[\d.]+ → [\d.]+; expected [\d.]+ to [\d.]+ \(.*\); one sample in/,
      );
      expect(anomaly!.started).toBe(now - outage[0] * stepSeconds);
      expect(anomaly!.why!.expected.lower).toBeGreaterThan(20);
      expect(anomaly!.why!.expected.upper).toBeLessThan(120);
      const band = await kale.get<BandJson>(`/kale/band?name=${names[0]}&from=-30min`);
      expect(band.times.length).toBeGreaterThan(20);
      expect(complaints).toEqual([]);
      await page.close();
    },
    testTimeoutMs,
  );

  test(
    "marking the former outage as normal silences its recurrence; undoing brings it back",
    async () => {
      const former = (await anomaliesOf(names[0])).find(({ state }) => state === "ended");
      expect(former).toMatchObject({ endReason: "calm", known: null });
      const { page, complaints } = await openPage(browser, `${kale.url}/a/${former!.id}`);
      page.setDefaultTimeout(patienceMs);
      await page.getByRole("heading", { name: names[0] }).waitFor();
      expect(await page.title()).toContain(names[0]);
      await page.keyboard.press("n");
      const token = /token\s+(\S+)/.exec(kale.output())![1]!;
      await page.getByText("Admin token", { exact: true }).first().waitFor();
      if ((await page.locator("input[name=token]").count()) === 0) {
        await page.getByRole("button", { name: /token/i }).click();
      }
      await page.locator("input[name=token]").fill(token);
      await page.locator("input[name=token]").press("Enter");
      await page.locator("[data-undo]").waitFor();

      const activeOne = async (): Promise<AnomalyJson | undefined> =>
        (await anomaliesOf(names[0])).find(({ state }) => state === "active");
      await until(async () => (await activeOne())?.known?.kind === "normal", patienceMs);
      expect((await activeOne())!.known!.likeness).toBeGreaterThanOrEqual(75);
      // The other metrics are not silenced, and the known one no longer counts with them.
      const incidents = await kale.get<IncidentJson[]>("/kale/incidents");
      expect(incidents.map(({ title }) => title).toSorted()).toEqual([
        "1 metric on 1 host",
        "2 metrics on 2 hosts",
      ]);
      const row = page.locator(`[data-anomaly="${(await activeOne())!.id}"]`);
      await until(
        async () => (await row.locator('[data-known="normal"]').count()) === 1,
        patienceMs,
      );
      expect(await kale.get<FeedbackJson[]>("/kale/feedback")).toMatchObject([
        { kind: "normal", anomaly: former!.id, name: names[0], pattern: names[0] },
      ]);

      // Kept and muted by keys too.
      await page.keyboard.press("c");
      await page.getByLabel("Name", { exact: true }).fill("nightly trouble");
      await page.keyboard.press("Enter");
      await page.locator("[data-collected]").waitFor();
      await page.keyboard.press("m");
      await page.locator("[data-ask=mute]").getByRole("button", { name: "Mute" }).click();
      await page.locator("[data-muted]").waitFor();
      await page.locator("[data-unmute]").click();
      await page.locator("[data-mute]").waitFor();

      // Muted by a wider pattern: the page says by which, and offers no second time.
      const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
      const untilSeconds = Math.floor(Date.now() / 1000) + 3600;
      const silence = JSON.stringify({ metric: "shop.*", until: untilSeconds });
      const silencesUrl = `${kale.url}/kale/silences`;
      const made = await fetch(silencesUrl, { method: "POST", headers, body: silence });
      const { id } = (await made.json()) as { id: string };
      await page.reload();
      await page.locator('[data-muted="shop.*"]').waitFor();
      expect(await page.locator("[data-mute], [data-unmute]").count()).toBe(0);
      await page.keyboard.press("m");
      expect(await page.locator("[data-ask=mute]").count()).toBe(0);
      await fetch(`${silencesUrl}/${id}`, { method: "DELETE", headers });
      await page.reload();
      await page.locator("[data-mute]").waitFor();

      await page.locator("[data-undo]").click();
      await until(async () => (await activeOne())?.known === null, patienceMs);
      await until(async () => (await row.locator("[data-known]").count()) === 0, patienceMs);
      expect(await kale.get<FeedbackJson[]>("/kale/feedback")).toEqual([]);

      // A rule for certain times stands where it is asked what holds for a metric.
      await page.goto(`${kale.url}/rules?name=${names[0]}`);
      await page
        .locator("[data-rules-editor] textarea")
        .fill('- { match: "shop.*", when: { hours: "02:00-05:00" }, ignore: true }');
      await page.locator("[data-keep]").click();
      const timed = page.locator('tr[data-timed="ignore"]');
      await timed.waitFor();
      expect(await timed.innerText()).toMatch(/at 02:00-05:00.*true.*shop\.\*/s);
      expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
      await page.close();
    },
    testTimeoutMs,
  );
});
