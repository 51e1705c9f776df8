/**
 * npm run bench: what Kale costs on this machine, as JSON on stdout; progress goes to stderr.
 *
 *     npm run -s bench -- --metrics 1000000 --hours 24  the whole program: a day of history, then a point of
 *                                                       each metric every 10 s, all judged
 *                                                       [--seconds N] [--fill folder|ports] [--shards N]
 *                                                       [--detector kale|skyline]
 *     npm run -s bench                                  ingest, judge, latency and a small site
 *     npm run -s bench -- ingest | readers | judge | latency | search
 *     npm run -s bench -- memory --metrics 50000       bytes a metric by part, and a sample, after a day
 *     npm run -s bench -- votes --verdicts 1e7          quick verdicts of the nine checks beside full ones
 *     npm run -s bench -- latency --metrics 10000 --rate 20000     datapoint to event, under load
 *     npm run -s bench -- compare [--to HOST:PORT=PID]  the same stream into carbon-cache, Redis and others
 *                                                       [--only kale] of them, [--rounds 40] of each kind
 *     npm run -s bench -- search --metrics 50000        searches over HTTP and in a Chromium's page, first
 *                                                       and last answer, while every metric is judged
 *     npm run -s bench -- quality --metrics 20          a year of a simulated site, judged; minutes
 *                                                       [--seeds 1,2,3] a site each, and their sum
 *     npm run -s bench -- opentsdb --metrics 1000       OpenTSDB's queries over HTTP, an hour of all
 *     npm run -s bench -- promql                        sum(rate()) over 1,000 series, and Prometheus' own
 *     npm run -s bench -- page                          a metric's day to the page, as binary
 *     npm run -s bench -- oculus --seed 1               quality and speed of the similarity search
 *     npm run -s bench -- redis --metrics 20000         series in Redis: load, size, reading back
 *     npm run -s bench -- elasticsearch --metrics 1000  series in OpenSearch: size, load, queries
 *     npm run -s bench -- oculus-engine --metrics 50000 the same search inside a real OpenSearch
 *     npm run -s bench -- graphite                      /render of 100 series x 24 h, beside graphite-web
 *     npm run -s bench -- restart --metrics 100000 --hours 24   coming back with a day of metrics
 *
 * Figures are CPU time of the measured process wherever they can be, since machines are noisy.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { compareBytes } from "./compare/bytes.ts";
import { compare } from "./compare/compare.ts";
import { readKernels } from "../src/cli/read-kernels.ts";
import { benchElasticsearch } from "./elasticsearch.ts";
import { benchGraphite } from "./graphite.ts";
import { benchReaders } from "./ingest-readers.ts";
import { benchIngest } from "./ingest.ts";
import { benchJudge } from "./judge.ts";
import { benchLatency } from "./latency.ts";
import { benchMemory } from "./memory.ts";
import { benchOculusEngine } from "./oculus/engine.ts";
import { benchOpenTsdb } from "./opentsdb.ts";
import { runOculusQuality } from "./oculus/quality.ts";
import { runOculusSpeed } from "./oculus/speed.ts";
import { benchPage } from "./page.ts";
import { benchPromql } from "./promql.ts";
import { metricsPerService } from "./quality/site-year.ts";
import { benchYear, sumOfYears } from "./quality/year.ts";
import { benchRedis } from "./redis.ts";
import { benchRestart } from "./restart.ts";
import { benchSearch } from "./search.ts";
import { benchSearchPage } from "./search-page.ts";
import { withSearchSite } from "./search-site.ts";
import { benchSite } from "./site.ts";
import { benchVotes } from "./votes.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    metrics: { type: "string" },
    hours: { type: "string" },
    days: { type: "string" },
    seconds: { type: "string", default: "180" },
    shards: { type: "string" },
    fill: { type: "string", default: "folder" },
    detector: { type: "string", default: "kale" },
    seed: { type: "string", default: "1" },
    seeds: { type: "string" },
    rate: { type: "string", default: "25000" },
    spikes: { type: "string", default: "100" },
    verdicts: { type: "string", default: "1e7" },
    rounds: { type: "string", default: "40" },
    to: { type: "string", multiple: true, default: [] },
    only: { type: "string", multiple: true },
  },
});
/** With a size and no part it is the whole program that is meant. */
const standard = flags.metrics === undefined ? ["ingest", "judge", "latency", "site"] : ["site"];
const wanted = new Set(positionals.length === 0 ? standard : positionals);

function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

const figures: Record<string, unknown> = {
  machine: { node: process.version, processors: cpus().length, model: cpus()[0]?.model },
};
if (wanted.has("ingest")) {
  report("ingest");
  figures["ingest"] = await benchIngest({
    seriesCount: Number(flags.metrics ?? 20_000),
    roundCount: 50,
  });
}
if (wanted.has("ingest") || wanted.has("readers")) {
  report("readers");
  figures["readers"] = await benchReaders({ seriesCount: 2000, roundCount: 50 });
}
if (wanted.has("judge")) {
  report("judge");
  figures["judge"] = benchJudge({ seriesCount: 400 });
}
if (wanted.has("memory")) {
  report("memory");
  figures["memory"] = await benchMemory({
    seriesCount: Number(flags.metrics ?? 50_000),
    hours: Number(flags.hours ?? 24),
    report,
  });
}
if (wanted.has("votes")) {
  report("votes");
  figures["votes"] = benchVotes({
    verdictCount: Number(flags.verdicts),
    seriesCount: Number(flags.metrics ?? 250_000),
    seed: Number(flags.seed),
  });
}
if (wanted.has("latency")) {
  report("latency");
  const fleet = {
    seriesCount: Number(flags.metrics ?? 10_000),
    samplesPerSecond: Number(flags.rate),
    spikeCount: Number(flags.spikes),
    report,
  };
  figures["latency"] = [
    await benchLatency({ ...fleet, detector: "kale" }),
    await benchLatency({ ...fleet, detector: "skyline" }),
  ];
}
if (wanted.has("promql")) {
  report("promql");
  figures["promql"] = await benchPromql({
    seriesCount: Number(flags.metrics ?? 1000),
    hours: Number(flags.hours ?? 24),
    sampleStepMs: 30_000,
    runCount: 5,
  });
}
if (wanted.has("page")) {
  report("page");
  figures["page"] = await benchPage({ requestCount: 10_000 });
}
if (wanted.has("quality")) {
  const serviceCount = Math.ceil(Number(flags.metrics ?? 20) / metricsPerService);
  const seeds = (flags.seeds ?? flags.seed).split(",").map(Number);
  const year = { dayCount: Number(flags.days ?? 365), report };
  const years = seeds.map((seed) => benchYear({ ...year, seed, serviceCount }, "kale"));
  figures["quality"] = {
    kale: { ...sumOfYears(years), years },
    // One service is enough to see how the nine do.
    skyline: benchYear({ ...year, seed: seeds[0]!, serviceCount: 1 }, "skyline"),
  };
}
if (wanted.has("site")) {
  const seriesCount = Number(flags.metrics ?? 5000);
  report(`site: ${seriesCount} metrics`);
  figures["site"] = await benchSite({
    seriesCount,
    hours: Number(flags.hours ?? 24),
    stepMs: 10_000,
    seconds: Number(flags.seconds),
    // A shard's day is best kept below 4 GiB.
    shardCount: Number(flags.shards ?? Math.max(2, Math.ceil(seriesCount / 250_000))),
    fill: flags.fill === "ports" ? "ports" : "folder",
    detector: flags.detector,
    report,
  });
}
if (wanted.has("compare")) {
  report("compare");
  figures["compare"] = await compare({
    seriesCount: Number(flags.metrics ?? 50_000),
    roundCount: Number(flags.rounds),
    others: flags.to,
    only: flags.only,
    report,
  });
  if (flags.only === undefined) {
    const hours = Number(flags.hours ?? 24);
    figures["compareBytes"] = await compareBytes({ seriesCount: 2000, hours, report });
  }
}
if (wanted.has("search")) {
  report("search");
  const seriesCount = Number(flags.metrics ?? 50_000);
  figures["search"] = await withSearchSite({ seriesCount, report }, async (site) => ({
    http: await benchSearch(site, 8),
    page: await benchSearchPage(site, 5),
  }));
}
if (wanted.has("opentsdb")) {
  report("opentsdb");
  figures["opentsdb"] = await benchOpenTsdb({
    seriesCount: Number(flags.metrics ?? 1000),
    queryCount: 9,
  });
}
if (wanted.has("redis")) {
  report("redis");
  figures["redis"] = await benchRedis({
    seriesCount: Number(flags.metrics ?? 20_000),
    roundCount: 15,
  });
}
if (wanted.has("elasticsearch")) {
  figures["elasticsearch"] = await benchElasticsearch({
    seriesCount: Number(flags.metrics ?? 1000),
    report,
  });
}
if (wanted.has("oculus")) {
  const seed = Number(flags.seed);
  report("oculus: quality");
  const kernel = readKernels("auto").distances;
  const quality = runOculusQuality({ seed, kernel });
  report("oculus: speed");
  // FastDTW without the kernel takes seconds a query, as docs/similarity.md tells.
  const methods = ["euclidean", "dtw", "correlation", "best"] as const;
  const points60 = runOculusSpeed({ seed, methods, kernel });
  const points360 = runOculusSpeed({
    seed,
    kernel,
    pointCount: 360,
    queriesPerClass: 2,
    methods: ["euclidean"],
  });
  figures["oculus"] = { quality, speed: { points60, points360 } };
}
if (wanted.has("oculus-engine")) {
  report("oculus-engine");
  figures["oculusEngine"] = await benchOculusEngine({
    seriesCount: Number(flags.metrics ?? 50_000),
    queriesPerClass: 4,
    seed: Number(flags.seed),
  });
}
if (wanted.has("graphite")) {
  report("graphite");
  figures["graphite"] = await benchGraphite({ seriesCount: Number(flags.metrics ?? 100) });
}
if (wanted.has("restart")) {
  figures["restart"] = await benchRestart({
    seriesCount: Number(flags.metrics ?? 25_000),
    hours: Number(flags.hours ?? 24),
    shardCount: cpus().length,
    report,
  });
}
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
