import { expect, test } from "vitest";
import type { Episode, NamePage, SampleColumns } from "../model/index.ts";
import type { PromqlSource } from "../query/promql/index.ts";
import { fixtureNowMs, startTestWebapp } from "./http.fixture.ts";
import { MemoryJournal } from "./memory-journal.fixture.ts";
import { ManualClock } from "../base/clock.ts";
import { withAlertSeries } from "./prometheus-alerts.ts";
import { simulateSite } from "./simulated-site.fixture.ts";

const minuteMs = 60_000;
const clock = new ManualClock(fixtureNowMs);
const [sample] = simulateSite(clock, { seed: 3 }).journal.find({ state: "active", limit: 1 });

const nothing: PromqlSource = {
  select: (): Promise<NamePage> => Promise.resolve({ names: [], totalCount: 0 }),
  read: (): Promise<undefined> => Promise.resolve(undefined),
};

function sourceOf(...changes: readonly Partial<Episode>[]): PromqlSource {
  const episodes = new MemoryJournal(clock);
  for (const change of changes) {
    const episode: Episode = { ...sample!, ...change };
    episodes.record([{ change: episode.endedMs === null ? "started" : "ended", episode }]);
  }
  return withAlertSeries(nothing, { episodes, nowMs: fixtureNowMs });
}

const named = [{ key: "name", test: "equal", value: "ALERTS" }] as const;
const whole = { fromMs: 0, untilMs: fixtureNowMs + 1 };

async function only(source: PromqlSource): Promise<SampleColumns | undefined> {
  const { names } = await source.select({ matchers: named, limit: 10 });
  expect(names).toHaveLength(1);
  return await source.read(names[0]!, whole);
}

test("an anomaly is a series with its tags, its id, and no separator of names in a label", async () => {
  const sentence = "62 → 410; six checks";
  const source = sourceOf({ id: "x-1", name: "disk.used;host=fe1;id=7", sentence });
  const { names, totalCount } = await source.select({ matchers: named, limit: 10 });
  expect([names, totalCount]).toEqual([
    [
      "ALERTS;alertname=KaleAnomaly;alertstate=firing;host=fe1;id=x-1;metric=disk.used;" +
        "page=/m/disk.used%3Bhost%3Dfe1%3Bid%3D7;sentence=62 → 410, six checks",
    ],
    1,
  ]);
  const other = [...named, { key: "host", test: "equal", value: "fe2" } as const];
  expect((await source.select({ matchers: other, limit: 10 })).names).toEqual([]);
});

test("ALERTS is there only where it is named, and cut at the limit with the count told", async () => {
  const source = sourceOf({ id: "x-1" }, { id: "x-2" });
  const any = [{ key: "name", test: "match", value: ".*" }] as const;
  expect((await source.select({ matchers: any, limit: 10 })).names).toEqual([]);
  const cut = await source.select({ matchers: named, limit: 1 });
  expect([cut.names.length, cut.totalCount]).toEqual([1, 2]);
});

test("an anomaly is 1 from its start, each minute, and ends in a staleness marker", async () => {
  const startedMs = fixtureNowMs - 10 * minuteMs + 20_000;
  const active = await only(sourceOf({ startedMs, endedMs: null }));
  expect(Array.from(active!.timesMs)).toEqual([
    startedMs,
    ...Array.from({ length: 10 }, (_, i) => fixtureNowMs - (9 - i) * minuteMs),
  ]);
  expect(active!.values.every((value) => value === 1)).toBe(true);

  const endedMs = startedMs + 90_000;
  const ended = await only(sourceOf({ startedMs, endedMs }));
  expect(Array.from(ended!.timesMs)).toEqual([startedMs, fixtureNowMs - 9 * minuteMs, endedMs]);
  expect(Array.from(ended!.values)).toEqual([1, 1, NaN]);
});

test("an anomaly outside of what is asked for has no samples", async () => {
  const source = sourceOf({ startedMs: 1_000_000, endedMs: 2_000_000 });
  const { names } = await source.select({ matchers: named, limit: 10 });
  expect(await source.read(names[0]!, { fromMs: 2_000_001, untilMs: 3_000_000 })).toBeUndefined();
});

test("a query counts what is abnormal, as the page does, and no more once it has ended", async () => {
  const app = await startTestWebapp();
  const count = async (): Promise<string | undefined> => {
    const answer = await app.get(`/api/v1/query?query=${encodeURIComponent("count(ALERTS)")}`);
    const { data } = answer.json() as { data: { result: { value: [number, string] }[] } };
    return data.result[0]?.value[1];
  };
  const active = app.site.journal.find({ state: "active", limit: 1_000 });
  expect(await count()).toBe(String(active.length));
  const [first] = active;
  const episode: Episode = { ...first!, endedMs: fixtureNowMs - 1, endReason: "calm" };
  app.site.journal.record([{ change: "ended", episode }]);
  expect(await count()).toBe(String(active.length - 1));
  await app.webapp.close();
});
