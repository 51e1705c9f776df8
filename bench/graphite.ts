/**
 * /render of 100 series over 24 h at a step of 10 s, as Kale and graphite-web 1.1.8 answer it on the same
 * data: processor time of the evaluation and of writing the answer, without a web server around it.
 * graphite-web reads Whisper files that the system holds in memory; Kale reads columns in memory, as from a shard.
 */
import { setImmediate } from "node:timers/promises";
import { seededRandom } from "../src/base/random.ts";
import { evaluateTargets, graphiteJson, readRenderRequest } from "../src/query/graphite/index.ts";
import { GraphiteWeb, graphiteWeb, type OracleSeries } from "../test/support/graphite-web.ts";
import { MemorySeries } from "../test/support/memory-series.ts";

const nowSeconds = 1_764_000_000;
const step = 10;
const roundCount = 3;

const requests = {
  allPoints: "target=servers.*.cpu",
  maxDataPoints1000: "target=servers.*.cpu&maxDataPoints=1000",
  sum: "target=sumSeries(servers.*.cpu)&maxDataPoints=1000",
  perSecondByHost: "target=aliasByNode(perSecond(servers.*.cpu),1)&maxDataPoints=1000",
  movingAverage: "target=movingAverage(servers.*.cpu,'10min')&maxDataPoints=1000",
} as const;

export async function benchGraphite({
  seriesCount,
}: {
  readonly seriesCount: number;
}): Promise<unknown> {
  const series = makeSeries(seriesCount);
  const memory = new MemorySeries(series);
  const oracle = graphiteWeb.isThere ? new GraphiteWeb(series, nowSeconds) : undefined;
  const figures: Record<string, unknown> = {};
  for (const [name, targets] of Object.entries(requests)) {
    const query = `${targets}&from=-24h&now=${nowSeconds}&format=json&noCache=1`;
    const ours = await best(() => askKale(memory, query));
    const theirs = oracle && (await best(() => askOracle(oracle, query)));
    figures[name] = { kale: ours, graphiteWeb: theirs ?? `missing: ${graphiteWeb.setup ?? ""}` };
  }
  await oracle?.close();
  return { seriesCount, pointsPerSeries: 8640, figures };
}

interface Cost {
  readonly cpuMs: number;
  readonly answerBytes: number;
}

async function best(measure: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let i = 0; i < roundCount; i++) costs.push(await measure());
  return costs.reduce((a, b) => (b.cpuMs < a.cpuMs ? b : a));
}

async function askKale(memory: MemorySeries, query: string): Promise<Cost> {
  const before = process.cpuUsage();
  const request = readRenderRequest(new URLSearchParams(query), nowSeconds * 1000);
  const source = { series: memory, index: memory, eventTimes: () => [] };
  const pace = { elapsedMs: () => performance.now(), pause: () => setImmediate() };
  const list = await evaluateTargets(request.query, source, pace);
  let answerBytes = 0;
  for (const piece of graphiteJson(list, request)) answerBytes += Buffer.byteLength(piece);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: Math.round((user + system) / 1000), answerBytes };
}

async function askOracle(oracle: GraphiteWeb, query: string): Promise<Cost> {
  const { seconds, body } = await oracle.ask("/render", query);
  return { cpuMs: Math.round(seconds * 1000), answerBytes: body.length };
}

function makeSeries(seriesCount: number): OracleSeries[] {
  const random = seededRandom(4);
  const count = 24 * 360 + 61;
  const start = nowSeconds - (count - 1) * step;
  return Array.from({ length: seriesCount }, (_, i) => ({
    name: `servers.web${i}.cpu`,
    step,
    start,
    values: Array.from({ length: count }, () => Math.round(random.next() * 1e5) / 1e3),
  }));
}
