/** A real Kale as a TSD: points by telnet and by HTTP, asked for as dashboards do. */
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";

interface ResultJson {
  readonly metric: string;
  readonly tags: Record<string, string>;
  readonly aggregateTags: string[];
  readonly dps: Record<string, number>;
}

let kale: KaleProcess;
let telnetPort: number;
/** A whole minute, so that both halves of the fleet fall on the same times. */
const start = Math.floor(Date.now() / 60_000) * 60 - 600;
const times = Array.from({ length: 30 }, (unused, i) => start + i * 10);

beforeAll(async () => {
  [telnetPort = 0] = await freePorts(1);
  kale = await startKaleProcess({
    args: ["--no-host-metrics", "--shards", "2", "--port-opentsdb", String(telnetPort)],
  });
});

afterAll(async () => {
  expect(await kale.end()).toBe(0);
});

/** Sends lines and `exit`; resolves with what was said back. */
function telnet(lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: telnetPort }, () => {
      socket.write([...lines, "exit", ""].join("\n"));
    });
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve(said));
  });
}

function put(target: string, points: unknown): Promise<Response> {
  return fetch(kale.url + target, { method: "POST", body: JSON.stringify(points) });
}

test("points that came by telnet and by HTTP are grouped, summed and found by their tags", async () => {
  const lines = times.map((time, i) => `put sys.cpu ${time} ${i} host=web1 dc=lga`);
  const said = await telnet(["version", ...lines, "put sys.cpu now 1 host=web1"]);
  expect(said).toMatch(/^net\.opentsdb[^\n]*\nput: illegal argument: invalid time\n$/);

  const points = times.flatMap((timestamp, i) => [
    { metric: "sys.cpu", timestamp, value: 100 + i, tags: { host: "web2", dc: "lga" } },
    { metric: "sys.cpu", timestamp, value: "0.5", tags: { host: "db1", dc: "sjc" } },
  ]);
  const taken = await put("/api/put?sync&summary", points);
  expect([taken.status, await taken.json()]).toEqual([200, { success: 60, failed: 0 }]);
  const partly = await put("/api/put?details&sync", [
    { metric: "sys.cpu", timestamp: start, value: "x", tags: { host: "web3" } },
    { metric: "sys.cpu", timestamp: 1, value: 1, tags: { host: "web3" } },
    { metric: "sys.load", timestamp: start, value: 1, tags: { host: "web3" } },
  ]);
  expect([partly.status, await partly.json()]).toEqual([
    400,
    {
      success: 1,
      failed: 2,
      errors: [
        {
          datapoint: { metric: "sys.cpu", timestamp: start, value: "x", tags: { host: "web3" } },
          error: "bad-value",
        },
        {
          datapoint: { metric: "sys.cpu", timestamp: 1, value: 1, tags: { host: "web3" } },
          error: "too-old",
        },
      ],
    },
  ]);

  const target = `/api/query?start=${start}&m=sum:sys.cpu{dc=*}`;
  await until(async () => {
    const answer = await fetch(kale.url + target);
    if (!answer.ok) return false;
    const found = (await answer.json()) as ResultJson[];
    return found.length === 2 && Object.keys(found[0]!.dps).length === times.length;
  }, 30_000);
  const [lga, sjc] = await kale.get<ResultJson[]>(target);
  expect(lga).toMatchObject({ tags: { dc: "lga" }, aggregateTags: ["host"] });
  // By HTTP it is there after ?sync; the lines may still be on their way.
  await until(async () => {
    const [now] = await kale.get<ResultJson[]>(target);
    return times.every((time, i) => now?.dps[String(time)] === 100 + 2 * i);
  }, 30_000);
  expect(sjc).toMatchObject({ tags: { dc: "sjc", host: "db1" }, aggregateTags: [] });
  expect(Object.values(sjc!.dps)).toEqual(times.map(() => 0.5));

  const perMinute = await kale.get<ResultJson[]>(
    `/api/query?start=${start}&arrays&m=avg:1m-count:sys.cpu{}{host=wildcard(web*)}`,
  );
  expect(perMinute).toMatchObject([{ tags: { dc: "lga" }, aggregateTags: ["host"] }]);
  expect(perMinute[0]!.dps).toEqual([0, 1, 2, 3, 4].map((minute) => [start + minute * 60, 6]));

  expect(await kale.get("/api/suggest?type=metrics&q=sys")).toEqual(["sys.cpu", "sys.load"]);
  expect(await kale.get("/api/suggest?type=tagv&q=web")).toEqual(["web1", "web2", "web3"]);
  const { results } = await kale.get<{ results: ResultJson[] }>(
    "/api/search/lookup?m=sys.cpu{host=*,dc=lga}",
  );
  expect(results.map(({ tags }) => tags["host"])).toEqual(["web1", "web2"]);
  const last = await kale.get<{ value: string; timestamp: number }[]>(
    "/api/query/last?timeseries=sys.cpu{host=web2}",
  );
  expect(last).toMatchObject([{ value: "129", timestamp: times.at(-1)! * 1000 }]);
});

test("the port of the lines takes requests too, as a TSD's does", async () => {
  const url = `http://127.0.0.1:${telnetPort}`;
  const points = Array.from({ length: 20_000 }, (_, i) => {
    return { metric: "shared.port", timestamp: start * 1000 + i, value: i, tags: { host: "a" } };
  });
  // Far more than a socket's buffers hold, both ways, and twice over one connection.
  const taken = await fetch(`${url}/api/put?sync&summary`, { method: "POST", body: JSON.stringify(points) }); // prettier-ignore
  expect([taken.status, await taken.json()]).toEqual([200, { success: points.length, failed: 0 }]);
  const asked = await fetch(`${url}/api/query?start=${start}&ms=true&m=none:shared.port`);
  const [result] = (await asked.json()) as ResultJson[];
  expect(Object.values(result!.dps)).toEqual(points.map(({ value }) => value));
  expect(await telnet(["version"])).toMatch(/^net\.opentsdb/);
});

/** One wrong password, asked from that address of this machine. */
function guess(localAddress: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { "Content-Type": "application/json" };
  const at = { host: "127.0.0.1", port: telnetPort, path: "/kale/session", localAddress };
  const asked = request({ ...at, method: "POST", headers, agent: false }, (answer) => {
    answer.resume();
    answer.on("end", () => resolve(answer.statusCode ?? 0));
  });
  asked.on("error", reject);
  asked.end(JSON.stringify({ token: "wrong" }));
  return promise;
}

test.runIf(process.platform === "linux")(
  "who guesses passwords through the port of the lines is held back alone",
  async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push(await guess("127.0.0.2"));
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    expect(await guess("127.0.0.3")).toBe(401);
  },
);

test("what is not there, or cannot be asked, is answered in OpenTSDB's form", async () => {
  for (const target of [
    "/api/query?start=1h-ago&m=sum:no.such.metric",
    "/api/query?start=1h-ago&m=sum:sys.cpu{host=regexp(%5Ba)}",
  ]) {
    const answer = await fetch(kale.url + target);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 400 } }]);
  }
});
