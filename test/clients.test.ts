/**
 * Clients that people use, unmodified, into a real Kale: the names, values and times of what they
 * send must arrive as they were meant. Installed by `npm run setup:clients`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { PointsJson, SourcesJson } from "../src/webapp/contract.ts";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import {
  collectd,
  describeWith,
  gmond,
  influxCli,
  nodeClients,
  pythonClients,
} from "./support/requirements.ts";

const patienceMs = 60_000;
vi.setConfig({ testTimeout: 2 * patienceMs });
const listenerKeys = ["statsd", "opentsdb", "collectd", "ganglia", "carbon-pickle"] as const;

let folder: string;
let kale: KaleProcess;
let ports: Readonly<Record<(typeof listenerKeys)[number] | "gmond", number>>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kale-clients-"));
  const free = await freePorts(listenerKeys.length + 1);
  ports = Object.fromEntries([...listenerKeys, "gmond"].map((key, i) => [key, free[i]])) as never;
  await writeFile(join(folder, "passwd"), "ann: a long secret\n");
  kale = await startKaleProcess({
    args: [
      "--no-host-metrics",
      ...listenerKeys.flatMap((key) => [`--port-${key}`, String(ports[key])]),
      ...["--statsd-flush", "1s"],
      ...["--collectd-auth-file", join(folder, "passwd")],
      ...["--ganglia-poll", `127.0.0.1:${ports.gmond}`],
    ],
  });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  expect(await kale.end()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

async function namesLike(query: string): Promise<string[]> {
  return await kale.get<string[]>(`/kale/series?query=${encodeURIComponent(query)}&limit=1000`);
}

/** Waits for the first name that fits. */
async function nameLike(query: string): Promise<string> {
  let names: string[] = [];
  await until(async () => {
    names = await namesLike(query);
    return names.length > 0;
  }, patienceMs);
  return names[0]!;
}

async function pointsOf(name: string): Promise<readonly (readonly [number, number])[]> {
  const path = `/kale/points?name=${encodeURIComponent(name)}&from=-1h&maxPoints=10000`;
  const { points } = await kale.get<PointsJson>(path);
  return points;
}

/** Waits until the series has a value, and gives its newest point. */
async function newestOf(name: string): Promise<readonly [number, number]> {
  let found: readonly (readonly [number, number])[] = [];
  await until(async () => {
    found = await pointsOf(name).catch(() => []);
    return found.length > 0;
  }, patienceMs).catch(async (error: unknown) => {
    const there = await namesLike(name.slice(0, 4));
    throw new Error(`${name} did not arrive; there are ${there.join(", ")}`, { cause: error });
  });
  return found.at(-1)!;
}

async function expectNow(name: string, value: number): Promise<void> {
  const [time, found] = await newestOf(name);
  expect([name, found]).toEqual([name, value]);
  expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(60);
}

async function refusalsOf(protocol: string): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources
    .filter((source) => source.protocol === protocol)
    .flatMap(({ refusals }) => refusals)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Runs a program to its end. */
async function run(program: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], cwd: nodeClients.folder });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${output}`);
  return output;
}

/** Starts a program that goes on until the tests end. */
function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: "ignore" });
  children.push(child);
  return child;
}

const runNode = (script: string): Promise<string> =>
  run(process.execPath, ["--input-type=module", "-"], script);
const runPython = (script: string): Promise<string> => run(pythonClients.program, ["-c", script]);

describeWith(nodeClients, "clients from npm", () => {
  test("hot-shots: every type of DogStatsD, with tags", async () => {
    await runNode(`
      import { StatsD } from "hot-shots";
      const client = new StatsD({ port: ${ports.statsd}, globalTags: { env: "prod" } });
      client.increment("hot.orders", 3, ["shop:eu"]);
      client.gauge("hot.carts", 17.5);
      client.timing("hot.pay", 120);
      client.set("hot.users", "ann");
      client.histogram("hot.size", 42);
      client.event("deploy", "version 7");
      client.check("hot.check", client.CHECKS.OK);
      client.close();`);
    await expectNow("stats.counters.hot.orders.count;env=prod;shop=eu", 3);
    await expectNow("stats.gauges.hot.carts;env=prod", 17.5);
    await expectNow("stats.timers.hot.pay.mean;env=prod", 120);
    await expectNow("stats.sets.hot.users.count;env=prod", 1);
    expect(await refusalsOf("statsd")).toBe(0);
    const notes = await kale.get<{ title: string; text: string; tags: string[] }[]>("/kale/notes");
    expect(notes).toMatchObject([{ title: "deploy", text: "version 7", tags: ["env:prod"] }]);
  });

  test("the StatsD daemon, flushing to Carbon's port", async () => {
    const [port, management] = await freePorts(2);
    const config = join(folder, "statsd.js");
    await writeFile(
      config,
      `{ port: ${port}, address: "127.0.0.1", mgmt_port: ${management}, mgmt_address: "127.0.0.1",
         graphiteHost: "127.0.0.1", graphitePort: ${kale.ports.carbon}, flushInterval: 1000,
         graphite: { legacyNamespace: false } }`,
    );
    // The daemon logs through what Node 24 no longer has.
    const shim = join(folder, "util-log.cjs");
    await writeFile(shim, 'require("util").log = console.log;');
    const daemon = join(nodeClients.folder, "node_modules/statsd/stats.js");
    start(process.execPath, ["-r", shim, daemon, config]);
    await until(async () => {
      await runNode(`
        import { createSocket } from "node:dgram";
        const socket = createSocket("udp4");
        socket.send("daemon.level:7|g", ${port}, "127.0.0.1", () => socket.close());`);
      return (await namesLike("stats.gauges.daemon.level")).length > 0;
    }, patienceMs);
    await expectNow("stats.gauges.daemon.level", 7);
  });

  test.each(["http", "proto"])("OpenTelemetry's exporter for JavaScript, %s", async (kind) => {
    await runNode(`
      import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
      import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-${kind}";
      const exporter = new OTLPMetricExporter({ url: "${kale.url}/v1/metrics" });
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600000 });
      const provider = new MeterProvider({ readers: [reader] });
      const meter = provider.getMeter("shop");
      meter.createCounter("js.${kind}.orders").add(5, { shop: "eu" });
      meter.createGauge("js.${kind}.level").record(2.5);
      meter.createHistogram("js.${kind}.size").record(10);
      await provider.shutdown();`);
    const orders = await nameLike(`js.${kind}.orders*shop=eu*`);
    await expectNow(orders, 5);
    const level = await nameLike(`js.${kind}.level*`);
    await expectNow(level, 2.5);
    expect(await refusalsOf("otlp")).toBe(0);
  });

  test("InfluxDB's client for JavaScript, API 2", async () => {
    await runNode(`
      import { InfluxDB, Point } from "@influxdata/influxdb-client";
      const writer = new InfluxDB({ url: "${kale.url}", token: "any" }).getWriteApi("org", "bucket");
      writer.writePoint(new Point("weather").tag("city", "Bonn am Rhein").floatField("js temp", 21.5)
        .intField("count", 3));
      await writer.close();`);
    const temperature = await nameLike("weather*js*");
    await expectNow(temperature, 21.5);
    expect(temperature).toContain("city=Bonn");
    expect(await refusalsOf("influx")).toBe(0);
  });
});

describeWith(pythonClients, "clients from PyPI", () => {
  test("graphitesend: plain text and pickle", async () => {
    await runPython(`
import graphitesend
g = graphitesend.init(graphite_server="127.0.0.1", graphite_port=${kale.ports.carbon}, prefix="gs", system_name="")
g.send("plain", 12.5)
g = graphitesend.GraphitePickleClient(graphite_server="127.0.0.1", graphite_port=${ports["carbon-pickle"]}, prefix="gs", system_name="")
g.send("pickled", 13.5)`);
    await expectNow("gs.plain", 12.5);
    await expectNow("gs.pickled", 13.5);
  });

  test("graphyte, with tags", async () => {
    await runPython(`
import graphyte
graphyte.init("127.0.0.1", port=${kale.ports.carbon}, prefix="gt")
graphyte.send("load", 1.25, tags={"host": "web1"})`);
    await expectNow("gt.load;host=web1", 1.25);
  });

  test("statsd", async () => {
    await runPython(`
import statsd
c = statsd.StatsClient("127.0.0.1", ${ports.statsd}, prefix="py")
c.gauge("level", 40)
c.gauge("level", 2, delta=True)
with c.pipeline() as pipe:
    pipe.incr("orders", 2)
    pipe.timing("pay", 30)`);
    await expectNow("stats.gauges.py.level", 42);
    await expectNow("stats.timers.py.pay.mean", 30);
  });

  test("potsdb: OpenTSDB's put lines", async () => {
    await runPython(`
import potsdb
m = potsdb.Client("127.0.0.1", port=${ports.opentsdb}, check_host=False)
m.send("potsdb.load", 3.5, host="web1", dc="a")
m.wait()`);
    await expectNow("potsdb.load;dc=a;host=web1", 3.5);
  });

  test("InfluxDB's client, API 1, and its CREATE DATABASE", async () => {
    await runPython(`
from influxdb import InfluxDBClient
c = InfluxDBClient("127.0.0.1", ${kale.ports.webapp}, database="site")
c.create_database("site")
c.write_points([{"measurement": "py1", "tags": {"host": "a b"}, "fields": {"load": 0.5, "text": "no number"}}])`);
    const name = await nameLike("py1*load*");
    await expectNow(name, 0.5);
  });

  test("InfluxDB's client, API 2, gzipped", async () => {
    await runPython(`
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
c = InfluxDBClient(url="${kale.url}", token="t", org="o", enable_gzip=True)
c.write_api(write_options=SYNCHRONOUS).write("b", "o", "py2,host=x load=0.75")`);
    const name = await nameLike("py2*load*");
    await expectNow(name, 0.75);
  });

  test("OpenTelemetry's exporter for Python", async () => {
    await runPython(`
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.exporter.otlp.proto.http import Compression
exporter = OTLPMetricExporter(endpoint="${kale.url}/v1/metrics", compression=Compression.Gzip)
provider = MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=3600000)])
provider.get_meter("shop").create_up_down_counter("otel.py.level").add(9, {"shop": "eu"})
provider.shutdown()`);
    const name = await nameLike("otel.py.level*");
    await expectNow(name, 9);
  });
});

describeWith(influxCli, "InfluxDB's command line", () => {
  test("INSERT arrives", async () => {
    const words = ["-host", "127.0.0.1", "-port", String(kale.ports.webapp), "-database", "site"];
    await run("/usr/bin/influx", [...words, "-execute", "INSERT cli,host=x load=0.25"]);
    const name = await nameLike("cli*load*");
    await expectNow(name, 0.25);
  });
});

describeWith(collectd, "collectd", () => {
  /** What collectd wrote of the same values into files of its own: "epoch,v1,v2" lines by path. */
  async function csvOf(csvFolder: string, file: RegExp): Promise<string[][]> {
    const paths = await readdir(csvFolder, { recursive: true }).catch(() => []);
    const path = paths.find((one) => file.test(one));
    if (path === undefined) return [];
    const text = await readFile(join(csvFolder, path), "utf8");
    const rows = text.trim().split("\n").slice(1);
    return rows.map((row) => row.split(","));
  }

  test.each([
    ["network", () => `<Plugin network>\nServer "127.0.0.1" "${ports.collectd}"\n</Plugin>`],
    [
      "network",
      () => `<Plugin network>\n<Server "127.0.0.1" "${ports.collectd}">
        SecurityLevel Sign\nUsername "ann"\nPassword "a long secret"\n</Server>\n</Plugin>`,
    ],
    [
      "network",
      () => `<Plugin network>\n<Server "127.0.0.1" "${ports.collectd}">
        SecurityLevel Encrypt\nUsername "ann"\nPassword "a long secret"\n</Server>\n</Plugin>`,
    ],
    [
      "write_http",
      () => `<Plugin write_http>\n<Node "kale">\nURL "${kale.url}/collectd"\nFormat "JSON"
        BufferSize 200\n</Node>\n</Plugin>`,
    ],
    [
      "write_http",
      () => `<Plugin write_http>\n<Node "kale">\nURL "${kale.url}/collectd"\nFormat "Command"
        BufferSize 200\n</Node>\n</Plugin>`,
    ],
    [
      "write_graphite",
      () => `<Plugin write_graphite>\n<Node "kale">\nHost "127.0.0.1"\nPort "${kale.ports.carbon}"
        Protocol "tcp"\n</Node>\n</Plugin>`,
    ],
    [
      "write_tsdb",
      () => `<Plugin write_tsdb>\n<Node>\nHost "127.0.0.1"\nPort "${ports.opentsdb}"
        HostTags "status=production"\n</Node>\n</Plugin>`,
    ],
  ])(
    "%s: the load arrives with the values that collectd noted itself (%#)",
    async (plugin, part) => {
      const own = await mkdtemp(join(folder, "collectd-"));
      const host = `host-${own.slice(-6).toLowerCase()}`;
      const config = join(own, "collectd.conf");
      await writeFile(
        config,
        `Hostname "${host}"\nFQDNLookup false\nInterval 0.2\nBaseDir "${own}"\nPIDFile "${own}/pid"
       TypesDB "/usr/share/collectd/types.db"
       LoadPlugin load\nLoadPlugin csv\nLoadPlugin ${plugin}
       <Plugin csv>\nDataDir "${own}/csv"\nStoreRates false\n</Plugin>\n${part()}\n`,
      );
      const child = start("/usr/sbin/collectd", ["-f", "-C", config]);
      let name: string | undefined;
      await until(async () => {
        const names = await namesLike(host);
        name = names.find((one) => one.includes("short"));
        return name !== undefined && (await pointsOf(name)).length >= 3;
      }, patienceMs).catch(async (error: unknown) => {
        throw new Error(`there are ${(await namesLike(host)).join(", ")}`, { cause: error });
      });
      child.kill("SIGTERM");
      const noted = await csvOf(join(own, "csv"), /load\/load-/);
      const arrived = await pointsOf(name!);
      for (const [time, value] of arrived.slice(0, 2)) {
        // Some formats have whole seconds, and not all round alike.
        const same = noted.filter(
          ([at, short]) =>
            Math.abs(Number(at) - time) < 1.1 && Math.abs(Number(short) - value) < 1e-5,
        );
        expect(same.length, `${time} ${value} of ${JSON.stringify(noted)}`).toBeGreaterThan(0);
      }
      expect(arrived.length).toBeGreaterThanOrEqual(3);
    },
  );
});

describeWith(gmond, "Ganglia", () => {
  test("gmetric's packets arrive, and gmond's XML is asked for", async () => {
    const config = join(folder, "gmond.conf");
    const [udp] = await freePorts(1);
    await writeFile(
      config,
      `globals { daemonize = no  setuid = no  user = nobody  debug_level = 0  mute = no  deaf = no
         host_dmax = 0  cleanup_threshold = 300  send_metadata_interval = 1  override_hostname = "gang1" }
       cluster { name = "shop" owner = "o" latlong = "l" url = "u" }
       udp_send_channel { host = 127.0.0.1 port = ${ports.ganglia} ttl = 1 }
       udp_send_channel { host = 127.0.0.1 port = ${udp} ttl = 1 }
       udp_recv_channel { port = ${udp} bind = 127.0.0.1 }
       tcp_accept_channel { port = ${ports.gmond} bind = 127.0.0.1 }`,
    );
    start("/usr/sbin/gmond", ["-c", config, "-f"]);
    await until(async () => {
      const words = ["--type", "double", "--units", "orders", "--value", "12.5"];
      // It fails while gmond does not listen yet: one of its two channels is refused.
      await run("/usr/bin/gmetric", ["-c", config, "--name", "waiting", ...words]).catch(
        () => undefined,
      );
      return (await namesLike("waiting")).length >= 1;
    }, patienceMs);
    for (const name of await namesLike("waiting")) await expectNow(name, 12.5);
    await until(async () => {
      const { sources } = await kale.get<SourcesJson>("/kale/sources");
      return sources.some(({ protocol, accepted }) => protocol === "ganglia-xml" && accepted > 0);
    }, patienceMs);
  });
});
