/** Which label exploded: asked of a program whose senders began to put a request's number into a tag. */
import { afterEach, expect, test, vi } from "vitest";
import type { CardinalityJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { sendStream } from "./support/send.ts";

vi.setConfig({ testTimeout: 240_000 });

const patienceMs = 60_000;
const kept: KaleProcess[] = [];

afterEach(async () => {
  for (const kale of kept.splice(0)) await kale.end("SIGKILL");
});

test("kale tells which tag has the most values, and finds its series", async () => {
  const kale = await startKaleProcess({
    startPatienceMs: 120_000,
    args: ["--no-host-metrics", "--shards", "2", "--max-age", "2h"],
  });
  kept.push(kale);
  const now = Math.floor(Date.now() / 1000);
  const lines = [
    ...Array.from({ length: 300 }, (_, i) => `http;request=r${i};code=${200 + (i % 3)} 1 ${now}\n`),
    ...Array.from({ length: 50 }, (_, i) => `web.host${i % 5}.m${i} 1 ${now - 5400}\n`),
  ];
  await sendStream(kale.ports.carbon, lines.join(""));
  let found: CardinalityJson | undefined;
  await until(async () => {
    found = await kale.get<CardinalityJson>("/kale/cardinality?limit=20");
    return found.series >= 350;
  }, patienceMs);
  const { bySeries, byNewHour, byValues, whole } = found!;
  expect(whole).toBe(true);
  expect(byValues[0]).toMatchObject({ kind: "tag-key", text: "request", series: 300 });
  expect(bySeries[0]!.series).toBe(300);
  expect(byNewHour[0]).toMatchObject({ series: 300, newHour: 300 });
  expect(bySeries.find(({ text }) => text === "web")).toMatchObject({ series: 50, newHour: 0 });
  const query = encodeURIComponent(byValues[0]!.query);
  const page = await kale.get<unknown>(`/kale/series?query=${query}&limit=10`);
  expect(JSON.stringify(page)).toMatch(/http;code=20\d;request=r\d+/);
});
