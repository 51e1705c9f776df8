import { expect, test } from "vitest";
import { pastIncidents } from "./incidents.ts";
import { pastEpisodes } from "./past-episodes.ts";
import { Site } from "./site.ts";

const nowMs = 1_795_435_200_000; // 2026-11-23 12:00 UTC
const minuteMs = 60_000;

test("pastEpisodes() finds the incidents of the day that are over, and no other", async () => {
  const site = new Site({ seed: 1, seriesCount: 400 });
  const crawler = pastIncidents(nowMs).filter(({ title }) => title.includes("crawler"));
  const running = pastIncidents(nowMs).filter(({ endMs }) => endMs > nowMs);
  for (const incident of [...crawler, ...running]) site.add(incident);
  const events = await pastEpisodes(site, site.incidents, nowMs, () => Promise.resolve(true));

  const [incident] = crawler;
  const ended = events.filter(({ change }) => change === "ended").map(({ episode }) => episode);
  const names = ended.map(({ name }) => name);
  expect(names).toContain("web.search.requests_per_second");
  expect(names.length).toBeGreaterThanOrEqual(3);
  expect(names.every((name) => incident!.effects.some((effect) => effect.name === name))).toBe(
    true,
  );
  for (const { startedMs, endedMs } of ended) {
    expect(Math.abs(startedMs - incident!.startMs)).toBeLessThan(2 * minuteMs);
    expect(endedMs).toBeLessThan(nowMs);
  }
  const started = events.filter(({ change }) => change === "started");
  expect(started.length).toBe(ended.length);
});

test("pastEpisodes() ends when it may not go on", async () => {
  const site = new Site({ seed: 1, seriesCount: 400 });
  let leftCount = 3;
  const mayGoOn = (): Promise<boolean> => Promise.resolve(leftCount-- > 0);
  expect(await pastEpisodes(site, pastIncidents(nowMs), nowMs, mayGoOn)).toEqual([]);
  expect(leftCount).toBe(-1);
});
