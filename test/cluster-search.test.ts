/**
 * Two Kales on one OpenSearch that searches for them: either finds what one Kale with all series finds,
 * whosever series is looked for, and after one was killed the other does, with nothing twice.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nextNormal, seededRandom } from "../src/base/random.ts";
import { partitionOfName } from "../src/model/index.ts";
import type { SimilarJson, StatusJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "./support/opensearch.ts";
import { describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

const seriesCount = 40;
const familyCount = 5;
const historyMinutes = 90;
const patienceMs = 200_000;

describeWith(openSearch, "two Kales that search in one OpenSearch", () => {
  const prefix = uniquePrefix();
  const kales: KaleProcess[] = [];
  const values = seriesValues();
  const beginSeconds = Math.floor(Date.now() / 60_000) * 60 - historyMinutes * 60;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    url = await sharedOpenSearch();
    folder = await mkdtemp(join(tmpdir(), "kale-cluster-search-"));
  }, openSearchPatienceMs);
  afterAll(async () => {
    for (const kale of kales) await kale.end("SIGKILL");
    await removeByPrefix(url, prefix);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function startKale(name: string, args: readonly string[]): Promise<KaleProcess> {
    const kale = await startKaleProcess({
      dataFolder: join(folder, name),
      args: [
        ...["--detector", "skyline", "--shards", "2", "--no-host-metrics", "--max-age", "1d"],
        ...["--commit-interval", "50ms", ...args],
      ],
    });
    kales.push(kale);
    return kale;
  }
  const startShared = (name: string): Promise<KaleProcess> =>
    startKale(name, [
      ...["--store", "elasticsearch", "--elasticsearch-urls", url],
      ...["--elasticsearch-index-prefix", prefix, "--elasticsearch-flush-interval", "500ms"],
      ...["--oculus-engine", "elasticsearch", "--oculus-import-interval", "1m"],
    ]);

  const heldBy = async (kale: KaleProcess): Promise<number> =>
    (await kale.get<StatusJson>("/kale/status")).share?.held ?? 0;
  const search = (kale: KaleProcess, name: string, more: string): Promise<SimilarJson> =>
    kale.get(`/kale/similar?name=${name}&filter=like&${more}`);

  let sentMinutes = 0;
  /** All samples until now that were not sent yet. @returns when they had been sent */
  async function sendTo(
    first: KaleProcess,
    second: KaleProcess,
    all: KaleProcess,
  ): Promise<number> {
    const nowMinutes = Math.floor(Date.now() / 60_000 - beginSeconds / 60);
    const lines: [string[], string[]] = [[], []];
    for (const [i, each] of values.entries()) {
      for (let minute = sentMinutes; minute <= nowMinutes; minute++) {
        const line = `${nameOf(i)} ${each[minute]} ${beginSeconds + minute * 60}\n`;
        lines[i % 2]!.push(line);
      }
    }
    await sendStream(first.ports.carbon, lines[0].join(""));
    await sendStream(second.ports.carbon, lines[1].join(""));
    await sendStream(all.ports.carbon, lines.flat().join(""));
    sentMinutes = nowMinutes + 1;
    return Date.now() / 1000;
  }

  /** Of a window that ended when all of its samples had been sent. */
  async function answerOf(
    kale: KaleProcess,
    name: string,
    more: string,
    sentSeconds: number,
  ): Promise<SimilarJson> {
    let answer: SimilarJson | undefined;
    await until(async () => {
      answer = await search(kale, name, more).catch(() => undefined);
      return answer?.searchedBy === "painless" && answer.query.until >= sentSeconds;
    }, patienceMs).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(answer)}`);
    });
    return answer!;
  }

  async function expectSameEverywhere(
    asked: readonly KaleProcess[],
    whole: KaleProcess,
    name: string,
    sentSeconds: number,
  ): Promise<void> {
    for (const more of ["method=dtw&limit=20", "method=euclidean&limit=1000"]) {
      for (const kale of asked) {
        const answer = await answerOf(kale, name, more, sentSeconds);
        const { from, until: end } = answer.query;
        const expected = await search(whole, name, `${more}&from=${from}&until=${end}`);
        expect(expected.matches.length).toBeGreaterThanOrEqual(20);
        expect(answer).toMatchObject({ exact: true, limitedTo: null });
        expect(answer.query.values).toEqual(expected.query.values);
        expect(answer.matches).toEqual(expected.matches);
      }
    }
  }

  test("find all series, and go on alone", { timeout: 900_000 }, async () => {
    const whole = await startKale("whole", []);
    const a = await startShared("a");
    const b = await startShared("b");
    await until(async () => (await heldBy(a)) === 32 && (await heldBy(b)) === 32, patienceMs);

    let sentSeconds = await sendTo(a, b, whole);
    // Of series of either process, each of which is foreign to one of the two.
    const names = [...Array(seriesCount).keys()].map(nameOf);
    const partitions = new Set(names.map(partitionOfName));
    expect(partitions.size).toBeGreaterThan(20);
    for (const name of names.slice(0, 6))
      await expectSameEverywhere([a, b], whole, name, sentSeconds);

    // What only shards can do covers a share, and says so.
    for (const kale of [a, b]) {
      const best = await search(kale, names[0]!, "method=best");
      expect(best.searchedBy).toBe("shards");
      expect(best.limitedTo).toMatch(/32 of 64 parts of all metrics.* knows no method best/);
    }

    await a.end("SIGKILL");
    await until(async () => (await heldBy(b)) === 64, patienceMs);
    sentSeconds = await sendTo(b, b, whole);
    for (const name of names.slice(0, 3)) await expectSameEverywhere([b], whole, name, sentSeconds);
    const { matches } = await search(b, names[0]!, "method=euclidean&limit=1000");
    expect(new Set(matches.map(({ name }) => name)).size).toBe(matches.length);
    // What the dead one left goes when the import ends: then all indexes are of one owner.
    await until(async () => {
      const list = await fetch(`${url}/_cat/indices/${prefix}-oculus-*?h=index`);
      const owners = [...(await list.text()).matchAll(/-oculus-([0-9a-f]+)-\d+/g)].map(
        ([, owner]) => owner,
      );
      return owners.length > 0 && new Set(owners).size === 1;
    }, patienceMs);
    expect((await search(b, names[0]!, "method=best")).limitedTo).toBeNull();
  });
});

function nameOf(i: number): string {
  return `like.family${i % familyCount}.host${i}`;
}

/** By series and minute: families that move alike, each member with noise of its own. */
function seriesValues(): number[][] {
  const minuteCount = historyMinutes + 60;
  const random = seededRandom(4);
  const walk = (): number[] => {
    let level = 0;
    return Array.from({ length: minuteCount }, () => (level += nextNormal(random)));
  };
  const families = Array.from({ length: familyCount }, walk);
  return Array.from({ length: seriesCount }, (_, i) =>
    families[i % familyCount]!.map(
      (value) => Math.round((100 + 10 * value + 5 * nextNormal(random)) * 1000) / 1000,
    ),
  );
}
