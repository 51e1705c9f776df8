/** A real Kale as a TSD on a real OpenSearch: whole hours are added up there, late points or not. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ManualClock, systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { EngineClient, refreshIndex } from "../src/engine/index.ts";
import { batchOf } from "../src/model/index.ts";
import { openElasticsearchSeries } from "../src/store/index.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "./support/opensearch.ts";
import { describeWith } from "./support/requirements.ts";

interface ResultJson {
  readonly tags: Record<string, string>;
  readonly dps: Record<string, number>;
}

const hour = 3600;
const patienceMs = 90_000;
// Before the window that Kale keeps in memory.
const start = Math.floor(Date.now() / 1000 / hour) * hour - 50 * hour;
const hours = 10;
const stepSeconds = 60;

describeWith(openSearch, "OpenTSDB's queries on OpenSearch", () => {
  const prefix = uniquePrefix();
  let url: string;
  let kale: KaleProcess;
  /** By host, then by time in seconds. */
  const truth = new Map<string, Map<number, number>>();

  beforeAll(
    async () => {
      url = await sharedOpenSearch();
      await writeEarlier();
      kale = await startKaleProcess({
        startPatienceMs: patienceMs,
        args: [
          ...["--store", "elasticsearch", "--elasticsearch-urls", url],
          ...["--elasticsearch-index-prefix", prefix, "--elasticsearch-flush-interval", "300ms"],
          ...["--commit-interval", "50ms", "--shards", "2", "--no-host-metrics"],
          ...["--max-age", "7d"],
        ],
      });
    },
    openSearchPatienceMs + 2 * patienceMs,
  );
  afterAll(async () => {
    await kale.end();
    await removeByPrefix(url, prefix);
  }, patienceMs);

  /** Another Kale, long ago, that is no more. */
  async function writeEarlier(): Promise<void> {
    const clock = new ManualClock((start + (hours + 1) * hour) * 1000);
    const series = await openElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: [url] },
      prefix,
      writer: "earlier",
      retentionMs: 14 * 24 * hour * 1000,
      graceMs: 0,
    });
    for (const [i, host] of ["web1", "web2", "db1"].entries()) {
      const samples = new Map<number, number>();
      for (let second = start; second < start + hours * hour; second += stepSeconds) {
        // An hour in which db1 was silent.
        if (host === "db1" && Math.floor((second - start) / hour) === 4) continue;
        samples.set(second, ((second / stepSeconds + i * 7) % 101) / 8);
      }
      truth.set(host, samples);
      const name = `sys.load;host=${host}`;
      await series.write(batchOf([...samples].map(([s, value]) => [name, s * 1000, value])));
    }
    clock.advance(hour * 1000);
    await series.maintain();
    await series.close();
    const client = new EngineClient({ nodes: [url], clock: systemClock });
    await refreshIndex(client, `${prefix}-*`);
    client.close();
  }

  function query(m: string): Promise<ResultJson[]> {
    return kale.get(`/api/query?start=${start}&end=${start + hours * hour - 1}&m=${m}`);
  }

  function expected(host: string, of: (values: number[]) => number): Record<string, number> {
    const steps = new Map<number, number[]>();
    for (const [second, value] of [...truth.get(host)!].sort(([a], [b]) => a - b)) {
      const step = Math.floor(second / hour) * hour;
      steps.set(step, [...(steps.get(step) ?? []), value]);
    }
    return Object.fromEntries([...steps].map(([step, values]) => [step, of(values)]));
  }

  async function expectRight(): Promise<void> {
    for (const [name, of] of [
      ["sum", sum],
      ["avg", (values: number[]) => sum(values) / values.length],
      ["min", (values: number[]) => Math.min(...values)],
      ["max", (values: number[]) => Math.max(...values)],
      ["count", (values: number[]) => values.length],
    ] as const) {
      const results = await query(`none:1h-${name}:sys.load{host=*}`);
      const found = Object.fromEntries(results.map(({ tags, dps }) => [tags["host"] ?? "", dps]));
      const hosts = [...truth.keys()];
      expect(found, name).toEqual(
        Object.fromEntries(hosts.map((host) => [host, expected(host, of)])),
      );
    }
  }

  /** Steps that the engine has added up so far, as /metrics tells. */
  async function summedStepCount(): Promise<number> {
    const text = await (await fetch(`${kale.url}/metrics`)).text();
    const lines = [...text.matchAll(/^kale_remote_summed_steps_total\{[^}]*\} (\d+)$/gm)];
    expect(lines.length).toBe(2);
    return lines.reduce((total, [, count]) => total + Number(count), 0);
  }

  test(
    "whole hours are added up in the engine, and a late point counts at once",
    { timeout: 4 * patienceMs },
    async () => {
      await until(
        async () => (await query("none:1h-sum:sys.load{host=*}")).length === 3,
        patienceMs,
      );
      const before = await summedStepCount();
      await expectRight();
      // Five questions about ten hours of two hosts and nine of one, and none of them was read.
      expect((await summedStepCount()) - before).toBe(5 * 29);

      // Half an hour's value is another one now, and a new one stands beside it.
      const late = [start + 3 * hour + 30 * 60, start + 3 * hour + 30 * 60 + 1];
      for (const second of late) truth.get("web2")!.set(second, 500);
      const points = late.map((timestamp) => ({
        metric: "sys.load",
        timestamp,
        value: 500,
        tags: { host: "web2" },
      }));
      const taken = await fetch(`${kale.url}/api/put?sync`, {
        method: "POST",
        body: JSON.stringify(points),
      });
      expect(taken.status).toBe(204);
      await expectRight();
      await until(async () => {
        const { remote } = await kale.get<{ remote: { waiting: number } }>("/kale/status");
        return remote.waiting === 0;
      }, patienceMs);
      const then = await summedStepCount();
      await expectRight();
      // All but the hour that is open again.
      expect((await summedStepCount()) - then).toBe(5 * 28);

      // What the engine cannot do is as right as ever.
      const [half] = await query("none:30m-sum:sys.load{host=web1}");
      expect(sum(Object.values(half!.dps))).toBe(sum([...truth.get("web1")!.values()]));
    },
  );
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
