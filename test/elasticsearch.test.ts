/**
 * Kale on a cluster of three OpenSearch nodes under load, while a data node, the elected manager and Kale
 * itself are killed: every accepted point is there afterwards, once, and the page says what is wrong.
 */
import { rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { EngineClient, refreshIndex, search } from "../src/engine/index.ts";
import { openElasticsearchSeries } from "../src/store/index.ts";
import type { PointsJson, StatusJson, SummaryJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";
import {
  openSearch,
  openSearchPatienceMs,
  type OpenSearchCluster,
  startOpenSearchCluster,
} from "./support/opensearch.ts";
import { describeWith } from "./support/requirements.ts";

const names = Array.from({ length: 30 }, (_, i) => `chaos.host${i % 5}.metric${i}`);
const roundPauseMs = 100;
const patienceMs = 240_000;

describeWith(openSearch, "Kale on three OpenSearch nodes", () => {
  let cluster: OpenSearchCluster;
  let client: EngineClient;
  let folder: string;
  let kale: KaleProcess;
  // The first point of each series is three hours old, one follows each second.
  const firstSeconds = Math.floor(Date.now() / 1000) - 3 * 3600;

  beforeAll(async () => {
    cluster = await startOpenSearchCluster(3);
    client = new EngineClient({ nodes: cluster.urls, clock: systemClock });
    folder = await temporaryFolder();
    kale = await startKale();
  }, 3 * openSearchPatienceMs);
  afterAll(async () => {
    client.close();
    await cluster.stop();
    await kale.end("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const startKale = (): Promise<KaleProcess> =>
    startKaleProcess({
      dataFolder: folder,
      startPatienceMs: patienceMs,
      args: [
        ...["--store", "elasticsearch", "--elasticsearch-urls", cluster.urls.join(",")],
        ...["--elasticsearch-copies", "2", "--elasticsearch-flush-interval", "300ms"],
        ...["--commit-interval", "50ms", "--shards", "1", "--no-host-metrics"],
        ...["--max-age", "1d"],
      ],
    });
  const status = (): Promise<StatusJson> => kale.get("/kale/status");

  /** Waits until the page of the status and the line on every page tell what is wrong. */
  async function expectTold(what: RegExp): Promise<void> {
    await until(async () => what.test((await status()).remote?.problem ?? ""), patienceMs);
    const { remote } = await kale.get<SummaryJson>("/kale/summary");
    expect(remote?.problem ?? "").not.toBe("");
  }

  /** Waits until the cluster takes samples again, and has taken all. */
  async function expectDelivered(): Promise<void> {
    await until(async () => {
      const { remote, shards } = await status();
      return remote?.waiting === 0 && shards.every(({ uncommitted }) => uncommitted === 0);
    }, patienceMs);
  }

  async function kill(name: string): Promise<number> {
    const index = cluster.nodes.findIndex((node) => node.name === name);
    await cluster.nodes[index]!.kill();
    return index;
  }

  async function managerName(): Promise<string> {
    const path = "/_cat/cluster_manager";
    const { json } = await client.send({ method: "GET", path, query: { format: "json" } });
    return (json as { node: string }[])[0]!.node;
  }

  test("loses and doubles nothing", { timeout: 6 * patienceMs }, async () => {
    const load = new Load(firstSeconds);
    load.start(kale.ports.carbon);
    await until(async () => ((await status()).remote?.written ?? 0) > names.length, patienceMs);

    // A data node that is not the manager.
    const manager = await managerName();
    const other = cluster.nodes.find(({ name }) => name !== manager)!.name;
    const dead = await kill(other);
    await expectTold(/does? not answer|yellow|copies|unreachable/);
    await until(() => load.roundCount > 0 && load.isFlowing, patienceMs);
    await cluster.restart(dead);

    // The manager, once there is a second copy of everything again.
    await until(() => isGreen(client), patienceMs);
    const deadManager = await kill(await managerName());
    await expectTold(/does? not answer|yellow|copies|unreachable|manager/);
    await cluster.restart(deadManager);
    await until(() => isGreen(client), patienceMs);

    // Kale itself, with samples on its disk that the cluster may not have.
    await load.stop();
    await until(async () => {
      const { sources } = await kale.get<{ sources: { accepted: number }[] }>("/kale/sources");
      const accepted = sources.reduce((sum, source) => sum + source.accepted, 0);
      const { shards } = await status();
      const isOnDisk = shards.every(({ uncommitted }) => uncommitted === 0);
      return isOnDisk && accepted >= load.roundCount * names.length;
    }, patienceMs);
    const acceptedRounds = load.roundCount;
    load.start(kale.ports.carbon);
    await until(() => load.roundCount > acceptedRounds + 5, patienceMs);
    await kale.end("SIGKILL");
    await load.stop();

    // What was sent last nobody confirmed: it is sent again, and some of it is there already.
    kale = await startKale();
    load.goBackTo(acceptedRounds);
    load.start(kale.ports.carbon);
    await until(() => load.roundCount > acceptedRounds + 20, patienceMs);
    await load.stop();
    const expected = Array.from({ length: load.roundCount }, (_, round): [number, number] => [
      firstSeconds + round,
      round,
    ]);
    await until(
      async () => (await pagePoints(names.at(-1)!)).length >= expected.length,
      patienceMs,
    );
    await expectDelivered();
    await until(async () => (await status()).remote?.problem === null, patienceMs);

    // As the page shows it, as the cluster has it, and how many points its documents count.
    expect(await pagePoints(names[0]!)).toEqual(expected);
    await refreshIndex(client, "kale-*");
    const series = await openElasticsearchSeries({
      clock: systemClock,
      logger: silentLogger,
      connection: { nodes: cluster.urls },
      prefix: "kale",
      writer: "the-test",
      retentionMs: 86_400_000,
    });
    for (const name of names) {
      const columns = await series.read(name, { fromMs: 0, untilMs: 2 ** 47 });
      const rows = Array.from(columns!.timesMs, (ms, i) => [ms / 1000, columns!.values[i]!]);
      expect(rows, name).toEqual(expected);
    }
    await series.close();
    const { aggregations } = await search(client, "kale-points,kale-open", {
      size: 0,
      query: { prefix: { name: "chaos." } },
      aggs: { points: { sum: { field: "count" } } },
    });
    expect(aggregations).toEqual({ points: { value: expected.length * names.length } });
  });

  async function pagePoints(name: string): Promise<PointsJson["points"]> {
    const range = `from=${firstSeconds - 10}&until=${firstSeconds + 10_000}&maxPoints=100000`;
    return (await kale.get<PointsJson>(`/kale/points?name=${name}&${range}`)).points;
  }
});

/** Sends a point of every series, round after round, as long as it is on. */
class Load {
  readonly #firstSeconds: number;
  #socket: Socket | undefined;
  #running: Promise<void> = Promise.resolve();
  #isOn = false;
  roundCount = 0;

  constructor(firstSeconds: number) {
    this.#firstSeconds = firstSeconds;
  }

  get isFlowing(): boolean {
    return this.#isOn && this.#socket?.writableNeedDrain !== true;
  }

  start(port: number): void {
    const socket = connect(port, "127.0.0.1");
    // Kale is killed while this is open.
    socket.on("error", () => undefined);
    this.#socket = socket;
    this.#isOn = true;
    this.#running = this.#run(socket);
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#running;
    this.#socket?.end();
  }

  goBackTo(roundCount: number): void {
    this.roundCount = roundCount;
  }

  async #run(socket: Socket): Promise<void> {
    while (this.#isOn && !socket.destroyed) {
      const seconds = this.#firstSeconds + this.roundCount;
      const lines = names.map((name) => `${name} ${this.roundCount} ${seconds}\n`);
      await new Promise<void>((resolve) => {
        socket.write(lines.join(""), () => resolve());
      });
      this.roundCount += 1;
      await sleep(roundPauseMs);
    }
  }
}

async function isGreen(client: EngineClient): Promise<boolean> {
  const path = "/_cluster/health/kale-*";
  const asked = client.send({ method: "GET", path, query: { timeout: "1s" }, accept: [408] });
  return await asked.then(
    ({ json }) => {
      const { status, number_of_nodes: nodeCount } = json as Record<string, unknown>;
      return status === "green" && nodeCount === 3;
    },
    () => false,
  );
}
