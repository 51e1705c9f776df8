/** A real Kale that searches in a real OpenSearch: import, search, status, and the engine going away. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nextNormal, seededRandom } from "../src/base/random.ts";
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

const seriesCount = 60;
const patienceMs = 60_000;

describeWith(openSearch, "Kale with a search engine", () => {
  const prefix = uniquePrefix();
  let url: string;
  let kale: KaleProcess;

  beforeAll(
    async () => {
      url = await sharedOpenSearch();
      kale = await startKaleProcess({
        args: [
          ...["--no-host-metrics", "--max-age", "1d", "--oculus-engine", "elasticsearch"],
          ...["--elasticsearch-urls", url, "--elasticsearch-index-prefix", prefix],
        ],
      });
      await sendStream(kale.ports.carbon, siteLines());
      // The shards' table of the newest hour has to hold what was sent.
      await until(async () => {
        // Refused while the metric is unknown, or has no samples yet.
        const answer = await search("dtw").catch(() => undefined);
        return answer !== undefined && answer.total >= seriesCount - 1;
      }, 2 * patienceMs);
    },
    openSearchPatienceMs + 3 * patienceMs,
  );
  afterAll(async () => {
    expect(await kale.end()).toBe(0);
    await removeByPrefix(url, prefix);
  });

  const engineOf = async () => (await kale.get<StatusJson>("/kale/status")).searchEngine!;
  const search = (method: string, more = ""): Promise<SimilarJson> =>
    kale.get(`/kale/similar?name=pair.0.a&method=${method}${more}`);
  const token = (): string => /token\s+(\S+)/.exec(kale.output())![1]!;

  test("`kale oculus import` has it import, waits, and tells how it went", async () => {
    // The one by `start` may be under way, begun before there were samples; then this waits for it.
    await until(async () => (await engineOf()).lastImport?.outcome !== "running", patienceMs);
    const { status, text } = await run(["oculus", "import", "--url", kale.url], token());
    expect(text).toMatch(/^\d+ metrics in [\d.]+ s, scored by painless scripts\n$/);
    expect(status).toBe(0);
    const engine = await engineOf();
    expect(engine).toMatchObject({ scorer: "painless", problem: "" });
    expect(engine.lastImport).toMatchObject({ outcome: "done", problem: "" });
    // A table that was filled just before the last series came knows them a minute later.
    await until(async () => {
      if ((await engineOf()).series >= seriesCount) return true;
      await run(["oculus", "import", "--url", kale.url], token());
      return false;
    }, 2 * patienceMs);
  }, 300_000);

  test("searches are answered by the engine, with the series that the shards find", async () => {
    for (const method of ["euclidean", "dtw"]) {
      const answer = await search(method, "&limit=5");
      expect(answer).toMatchObject({ searchedBy: "painless", whyShards: null, exact: true });
      expect(answer.matches[0]?.name).toBe("pair.0.b");
      expect(answer.matches[0]?.likeness).toBeGreaterThan(90);
      // The same window, which for the engine is not the newest one: by the shards.
      const { from, until: end } = answer.query;
      const byShards = await search(method, `&limit=5&from=${from}&until=${end}`);
      expect(byShards.searchedBy).toBe("shards");
      expect(answer.matches).toEqual(byShards.matches);
    }
    expect((await search("best")).whyShards).toMatch(/knows no method best/);
    expect((await search("classic")).searchedBy).toBe("painless");
  });

  test("an import needs the token", async () => {
    const { status, text } = await run(["oculus", "import", "--url", kale.url], "wrong-token");
    expect(status).toBe(1);
    expect(text).toMatch(/token/);
  });

  test("where its index is gone the shards answer, and the next import brings it back", async () => {
    await removeByPrefix(url, `${prefix}-oculus`);
    const answer = await search("dtw");
    expect(answer.searchedBy).toBe("shards");
    expect(answer.matches[0]?.name).toBe("pair.0.b");
    expect((await run(["oculus", "import", "--url", kale.url], token())).status).toBe(0);
    expect((await search("dtw")).searchedBy).toBe("painless");
  }, 120_000);
});

/** Walks in pairs of almost the same. */
function siteLines(): string {
  const random = seededRandom(3);
  const now = Math.floor(Date.now() / 1000);
  const lines: string[] = [];
  for (let pair = 0; pair < seriesCount / 2; pair++) {
    let level = 0;
    for (let i = 0; i < 800; i++) {
      level += nextNormal(random);
      const time = now - (800 - i) * 10;
      lines.push(`pair.${pair}.a ${level.toFixed(3)} ${time}\n`);
      lines.push(`pair.${pair}.b ${(5 * level + nextNormal(random)).toFixed(3)} ${time}\n`);
    }
  }
  return lines.join("");
}

function run(args: readonly string[], token: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KALE_TOKEN: token };
    const child = spawn(process.execPath, ["src/cli/main.ts", ...args], { env });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? -1, text }));
  });
}
