/** What real senders posted, posted again into a real Kale. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SourceJson, SourcesJson } from "../src/webapp/contract.ts";
import { capture } from "./support/captures.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";

interface CapturedRequest {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const captured = JSON.parse(
  readFileSync(new URL("data/captures/http-requests.json", import.meta.url), "utf8"),
) as CapturedRequest[];

/** Samples by protocol, of all captures together. */
const sampleCounts = {
  prometheus: 500 + 539 + 539 + 40 + 1611,
  influx: 80 + 80,
  otlp: 7 + 9,
  "opentsdb-http": 50,
  "collectd-http": 12 + 48 + 32,
};

let kale: KaleProcess;

beforeAll(async () => {
  kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "366d"] });
});

afterAll(async () => {
  expect(await kale.end()).toBe(0);
});

function replay({ file, method, path, headers }: CapturedRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const { webapp: port } = kale.ports;
    const sent = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(capture(file));
  });
}

test("every captured request is understood, and each of its samples counted", async () => {
  for (const sent of captured) {
    // A year after they were recorded they are too old to be taken, which has an answer too.
    const statuses = sent.path === "/v1/metrics" || sent.path === "/query" ? [200] : [204, 400];
    expect(statuses, sent.file).toContain(await replay(sent));
  }
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  const taken = sources.filter(({ protocol }) => protocol in sampleCounts);
  const reasons = taken.flatMap(({ refusals }) => refusals.map(({ reason }) => reason));
  expect(reasons.filter((reason) => reason !== "too-old")).toEqual([]);
  const countOf = ({ accepted, refusals }: SourceJson): number =>
    refusals.reduce((sum, { count }) => sum + count, accepted);
  expect(Object.fromEntries(taken.map((source) => [source.protocol, countOf(source)]))).toEqual(
    sampleCounts,
  );
});

test("a series that was posted now can be read", async () => {
  const answer = await fetch(`${kale.url}/write?precision=s`, {
    method: "POST",
    body: `disk,host=fe1 used=61.5 ${Math.floor(Date.now() / 1000)}\n`,
  });
  expect(answer.status).toBe(204);
  await until(async () => {
    const names = await kale.get<string[]>("/kale/series?query=disk.used");
    return names.includes("disk.used;host=fe1");
  });
});
