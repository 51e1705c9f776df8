/**
 * Two Kales on one OpenSearch: each judges its share, either answers every page, and when one is killed
 * the other goes on with its share while nothing that was accepted is lost or doubled.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nextNormal, seededRandom } from "../src/base/random.ts";
import type { AnomalyJson, PointsJson, StatusJson, SummaryJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "./support/opensearch.ts";
import { describeWith } from "./support/requirements.ts";

const seriesCount = 24;
const historyCount = 700;
const stepSeconds = 60;
const patienceMs = 90_000;

describeWith(openSearch, "two Kales on one OpenSearch", () => {
  const prefix = uniquePrefix();
  const kales: KaleProcess[] = [];
  let url: string;
  let folder: string;

  beforeAll(async () => {
    url = await sharedOpenSearch();
    folder = await mkdtemp(join(tmpdir(), "kale-cluster-"));
  }, openSearchPatienceMs);
  afterAll(async () => {
    for (const kale of kales) await kale.end("SIGKILL");
    await removeByPrefix(url, prefix);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function startKale(name: string): Promise<KaleProcess> {
    const kale = await startKaleProcess({
      dataFolder: join(folder, name),
      args: [
        ...["--store", "elasticsearch", "--elasticsearch-urls", url],
        ...["--elasticsearch-index-prefix", prefix, "--elasticsearch-flush-interval", "500ms"],
        ...["--detector", "skyline", "--shards", "2", "--no-host-metrics"],
        ...["--commit-interval", "50ms", "--max-age", "2d"],
      ],
    });
    kales.push(kale);
    return kale;
  }

  const statusOf = (kale: KaleProcess): Promise<StatusJson> => kale.get("/kale/status");
  const heldBy = async (kale: KaleProcess): Promise<number> =>
    (await statusOf(kale)).share?.held ?? 0;
  const anomaliesOf = async (kale: KaleProcess): Promise<AnomalyJson[]> =>
    (await kale.get<AnomalyJson[]>("/kale/anomalies?state=active&limit=1000")).filter(({ name }) =>
      name.startsWith("cluster."),
    );
  const judgedBy = async (kale: KaleProcess): Promise<number> =>
    (await statusOf(kale)).shards.reduce((sum, { roundSeries }) => sum + roundSeries, 0);

  test("share, fail over, and lose nothing", { timeout: 400_000 }, async () => {
    const a = await startKale("a");
    await until(async () => (await heldBy(a)) === 64, patienceMs);
    const b = await startKale("b");
    await until(async () => (await heldBy(a)) === 32 && (await heldBy(b)) === 32, patienceMs);

    // Each takes in a half of the series; whose they are has nothing to do with who takes them in.
    const nowSeconds = Math.floor(Date.now() / 1000);
    const truth = new Map<string, [number, number][]>();
    for (let i = 0; i < seriesCount; i++) {
      const rows = historyOf(i, nowSeconds);
      truth.set(`cluster.metric${i}`, rows);
      await send(i % 2 === 0 ? a : b, `cluster.metric${i}`, rows);
    }
    await until(async () => (await judgedBy(a)) + (await judgedBy(b)) >= seriesCount, patienceMs);

    // Every series jumps at its end: each process finds its own, and either tells of all.
    await until(async () => (await anomaliesOf(a)).length === seriesCount, patienceMs);
    await until(async () => (await anomaliesOf(b)).length === seriesCount, patienceMs);
    const found = new Set((await anomaliesOf(a)).map(({ id }) => id));
    expect(new Set((await anomaliesOf(b)).map(({ id }) => id))).toEqual(found);
    await expectAll(b, truth, nowSeconds);
    const [summaryA, summaryB] = await Promise.all(
      [a, b].map((kale) => kale.get<SummaryJson>("/kale/summary")),
    );
    expect(summaryA!.abnormal).toBe(summaryB!.abnormal);

    // Accepted and on a's disk, whether OpenSearch has it or not, and then a is no more.
    for (let i = 0; i < seriesCount; i += 2) {
      const rows = [1, 2].map((k): [number, number] => [nowSeconds + k, 900 + i + k]);
      truth.get(`cluster.metric${i}`)!.push(...rows);
      await send(a, `cluster.metric${i}`, rows);
    }
    await expectAll(a, truth, nowSeconds);
    await until(
      async () => (await statusOf(a)).shards.every(({ uncommitted }) => uncommitted === 0),
      patienceMs,
    );
    await a.end("SIGKILL");

    await until(async () => (await heldBy(b)) === 64, patienceMs);
    await until(async () => (await judgedBy(b)) >= seriesCount, patienceMs);
    // The same anomalies go on: none began anew, none ended because its judge died.
    expect(new Set((await anomaliesOf(b)).map(({ id }) => id))).toEqual(found);

    // a comes back on its folder, gives what it still had, and takes its share again.
    const again = await startKale("a");
    await until(async () => (await heldBy(again)) === 32 && (await heldBy(b)) === 32, patienceMs);
    await until(async () => (await statusOf(again)).remote?.waiting === 0, patienceMs);
    for (const kale of [again, b]) await expectAll(kale, truth, nowSeconds);

    // One that leaves in peace leaves nothing for the lease.
    expect(await again.end("SIGTERM")).toBe(0);
    await until(async () => (await heldBy(b)) === 64, patienceMs);
    expect((await statusOf(b)).share?.processes).toHaveLength(1);
  });

  async function expectAll(
    kale: KaleProcess,
    truth: ReadonlyMap<string, readonly [number, number][]>,
    nowSeconds: number,
  ): Promise<void> {
    for (const [name, rows] of truth) {
      const range = `from=${nowSeconds - 100_000}&until=${nowSeconds + 100}&maxPoints=100000`;
      const read = async (): Promise<PointsJson["points"]> =>
        (await kale.get<PointsJson>(`/kale/points?name=${name}&${range}`)).points;
      await until(async () => (await read()).length >= rows.length, patienceMs).catch(() => {
        // The comparison below tells what is missing.
      });
      expect(await read(), name).toEqual(rows);
    }
  }
});

/** A quiet level, and the jump of its last three samples. */
function historyOf(series: number, nowSeconds: number): [number, number][] {
  const random = seededRandom(series + 1);
  return Array.from({ length: historyCount }, (_, i) => {
    const isJump = i >= historyCount - 3;
    const value = isJump ? 500 : Math.round((50 + nextNormal(random)) * 100) / 100;
    return [nowSeconds - (historyCount - 1 - i) * stepSeconds, value];
  });
}

/** By Carbon's plain text; resolves when all of it has been handed to the system. */
async function send(
  kale: KaleProcess,
  name: string,
  rows: readonly [number, number][],
): Promise<void> {
  const text = rows.map(([seconds, value]) => `${name} ${value} ${seconds}\n`).join("");
  await new Promise<void>((resolve, reject) => {
    const socket = connect(kale.ports.carbon, "127.0.0.1", () => socket.end(text));
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}
