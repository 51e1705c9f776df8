import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import type { BodyKind, BodyOutcome, BodyPrecision } from "../model/index.ts";
import { BodyIntakes, type BodyLimits } from "./body-intake.ts";
import { Horizon } from "./horizon.ts";
import { Intake } from "./intake.ts";
import { RememberingOutlet } from "./outlet.fixture.ts";
import { completeSettings } from "./settings.ts";
import { Source } from "./source.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** The captures are of some day in the past. */
const anyAge = { maxAgeMs: 1e13, futureMaxMs: 1e13 };

interface Setup {
  readonly outlet: RememberingOutlet;
  readonly horizon: Horizon;
  readonly take: (
    kind: BodyKind,
    body: Uint8Array | string,
    options?: { encoding?: string; precision?: BodyPrecision },
  ) => Promise<BodyOutcome>;
  /** Everything that was taken, "name value" each. */
  readonly rows: () => Promise<string[]>;
}

function open(settings: object = anyAge): Setup {
  const outlet = new RememberingOutlet(1);
  const horizon = new Horizon({
    outlet,
    clock: systemClock,
    logger: silentLogger,
    settings: { ports: {}, flushAfterMs: 1, ...settings },
  });
  undo.push(() => {
    outlet.giveRoom(Infinity);
    return horizon.close();
  });
  return {
    outlet,
    horizon,
    take: (kind, body, { encoding = "", precision } = {}) =>
      horizon.takeBody({
        kind,
        body: new Uint8Array(Buffer.from(body as string)),
        encoding,
        ...(precision === undefined ? {} : { precision }),
      }),
    rows: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return outlet.rows.map(({ name, value }) => `${name} ${value}`);
    },
  };
}

test("refused pieces are told one by one, as many as are asked for", async () => {
  const { horizon } = open({});
  const points = [
    { metric: "m", timestamp: 1, value: 1, tags: { host: "a" } },
    { metric: "m", timestamp: 2, value: "x", tags: { host: "a" } },
    { metric: "", timestamp: 2, value: 2, tags: { host: "a" } },
  ];
  const asked = async (exampleCountMax?: number): Promise<unknown> => {
    const body = new Uint8Array(Buffer.from(JSON.stringify(points)));
    const outcome = await horizon.takeBody({
      ...{ kind: "opentsdb", body, encoding: "" },
      ...(exampleCountMax === undefined ? {} : { exampleCountMax }),
    });
    return outcome.isRead ? outcome.counts.examples : outcome;
  };
  const first = { reason: "too-old", example: "m;host=a 1 1" };
  expect(await asked(10)).toEqual([
    first,
    { reason: "bad-value", example: JSON.stringify(points[1]) },
    { reason: "bad-point", example: JSON.stringify(points[2]) },
  ]);
  expect(await asked(1)).toEqual([first]);
  expect(await asked()).toBeUndefined();
});

test.each<[string, BodyKind, string, { rows: number; pieces: number; name: string }]>([
  [
    "remote-write-v1-prometheus-2.42.body",
    "prometheus-v1",
    "snappy",
    { rows: 500, pieces: 500, name: "prometheus" },
  ],
  [
    "remote-write-v1-vmagent.body",
    "prometheus-v1",
    "snappy",
    { rows: 539, pieces: 539, name: "prometheus" },
  ],
  [
    "remote-write-vmagent-zstd.body",
    "prometheus-v1",
    "zstd",
    { rows: 539, pieces: 539, name: "prometheus" },
  ],
  [
    "remote-write-v1-telegraf.body",
    "prometheus-v1",
    "snappy",
    { rows: 40, pieces: 40, name: "prometheus" },
  ],
  [
    "remote-write-v2-prometheus-3.body",
    "prometheus-v2",
    "snappy",
    { rows: 1611, pieces: 1611, name: "prometheus" },
  ],
  ["telegraf-influx-v1-write.body", "influx", "gzip", { rows: 80, pieces: 8, name: "influx" }],
  ["telegraf-influx-v2-write.body", "influx", "gzip", { rows: 80, pieces: 8, name: "influx" }],
  ["otlp-go-protobuf.body", "otlp-protobuf", "", { rows: 7, pieces: 7, name: "otlp" }],
  ["otlp-javascript-json.body", "otlp-json", "", { rows: 9, pieces: 3, name: "otlp" }],
  [
    "telegraf-opentsdb-put.body",
    "opentsdb",
    "gzip",
    { rows: 50, pieces: 50, name: "opentsdb-http" },
  ],
  [
    "collectd-write-http-json.body",
    "collectd",
    "",
    { rows: 12, pieces: 12, name: "collectd-http" },
  ],
  [
    "collectd-write-http-command.body",
    "collectd",
    "",
    { rows: 48, pieces: 48, name: "collectd-http" },
  ],
  [
    "collectd-write-http-kairosdb.body",
    "collectd",
    "",
    { rows: 32, pieces: 32, name: "collectd-http" },
  ],
])("Horizon.takeBody() takes all of %s", async (file, kind, encoding, expected) => {
  const { take, rows, horizon } = open();
  expect(await take(kind, capture(file), { encoding })).toEqual({
    isRead: true,
    counts: {
      acceptedCount: expected.rows,
      pieceCount: expected.pieces,
      takenPieceCount: expected.pieces,
      refusedPieceCount: 0,
      takenHistogramCount: 0,
      isIntact: true,
      refusals: [],
    },
  });
  expect(await rows()).toHaveLength(expected.rows);
  expect(horizon.stats()).toMatchObject([
    { protocol: expected.name, acceptedCount: expected.rows, refusals: [], droppedCount: 0 },
  ]);
});

test("Horizon.takeBody() refuses captures by age, and tells how many", async () => {
  const { take, horizon } = open({ maxAgeMs: 1, futureMaxMs: 1 });
  const body = capture("remote-write-v2-prometheus-3.body");
  expect(await take("prometheus-v2", body, { encoding: "snappy" })).toMatchObject({
    counts: { acceptedCount: 0, takenPieceCount: 0, refusedPieceCount: 1611 },
  });
  const refusals = horizon.stats()[0]?.refusals ?? [];
  expect(refusals.reduce((sum, { count }) => sum + count, 0)).toBe(1611);
});

test.each([
  ["", (body: Buffer) => body],
  ["identity", (body: Buffer) => body],
  ["gzip", gzipSync],
  ["X-GZIP", gzipSync],
  ["deflate", deflateSync],
  ["zstd", zstdCompressSync],
])("Horizon.takeBody() unpacks the encoding %j", async (encoding, pack) => {
  const { take, rows } = open();
  await take("influx", pack(Buffer.from("m,a=b x=1,y=2 5000000000\n")), { encoding });
  expect(await rows()).toEqual(["m.x;a=b 1", "m.y;a=b 2"]);
});

test("Horizon.takeBody() reads times in the precision that is asked for", async () => {
  const { take, rows, outlet } = open();
  await take("influx", "m x=1 7", { precision: "m" });
  await rows();
  expect(outlet.rows.map(({ timeMs }) => timeMs)).toEqual([420_000]);
});

test.each([
  ["br", "unknown-encoding", "br"],
  ["gzip, gzip", "unknown-encoding", "gzip, gzip"],
  ["gzip", "bad-encoding", "m x=1"],
  ["deflate", "bad-encoding", "m x=1"],
  ["zstd", "bad-encoding", "m x=1"],
  ["snappy", "bad-encoding", "m x=1"],
])("Horizon.takeBody() counts a body that is not %j as %s", async (encoding, fault, example) => {
  const { take, horizon } = open();
  expect(await take("influx", "m x=1", { encoding })).toEqual({ isRead: false, fault });
  expect(horizon.stats()).toMatchObject([
    { refusals: [{ reason: fault, count: 1, lastExample: example }], acceptedCount: 0 },
  ]);
});

test("Horizon.takeBody() tells what it refused of this body, not of those before", async () => {
  const { take } = open({ skipList: ["secret"] });
  const now = `${Math.floor(systemClock.nowMs())}000000`;
  await take("influx", `bad\nm x=1 ${now}`);
  const outcome = await take("influx", `worse\nm x=1 ${now}\nsecret x=1 ${now}\nm x=1 1`);
  expect(outcome).toMatchObject({
    counts: { acceptedCount: 1, takenPieceCount: 1, refusedPieceCount: 2, isIntact: true },
  });
  if (!outcome.isRead) throw new Error("it was read");
  expect(
    outcome.counts.refusals.map(({ reason, count, lastExample }) => [reason, count, lastExample]),
  ).toEqual([
    ["missing-field", 1, "worse"],
    ["too-old", 1, "m.x 1 0"],
  ]);
});

test.each<[BodyKind, string, object]>([
  ["otlp-json", "{", { isIntact: false, acceptedCount: 0 }],
  ["otlp-json", "{}", { isIntact: true, takenPieceCount: 0 }],
  ["opentsdb", "[]", { isIntact: true, pieceCount: 0, refusedPieceCount: 0 }],
  ["opentsdb", "nothing", { isIntact: false }],
  ["collectd", " [", { refusedPieceCount: 1 }],
  ["collectd", "PUTVAL a/b/c N:1\nPUTNOT", { acceptedCount: 1, refusedPieceCount: 1 }],
  ["prometheus-v1", "\n", { isIntact: false }],
])("Horizon.takeBody() reads %s %j honestly", async (kind, body, counts) => {
  const { take } = open();
  expect(await take(kind, body)).toMatchObject({ isRead: true, counts });
});

test("Horizon.takeBody() turns bodies away while the shards have no room", async () => {
  const { take, horizon, outlet } = open({ ...anyAge, rowsPerBatch: 1 });
  outlet.roomCount = 0;
  const first = take("influx", "m x=1");
  const second = take("influx", "m x=2");
  expect(await first).toMatchObject({ isRead: true });
  expect(await second).toEqual({ isRead: false, fault: "busy" });
  expect(horizon.stats()).toMatchObject([{ acceptedCount: 1, droppedCount: 1, refusals: [] }]);
  outlet.giveRoom(10);
  expect(await take("influx", "m x=3")).toMatchObject({ isRead: true });
  expect(outlet.rows.map(({ value }) => value)).toEqual([1, 3]);
});

test("Horizon.takeBody() answers any bytes, and accepts what it hands on and no more", async () => {
  const { take, rows, outlet } = open();
  const files = [
    ["remote-write-v1-telegraf.body", "prometheus-v1", "snappy"],
    ["remote-write-vmagent-zstd.body", "prometheus-v1", "zstd"],
    ["telegraf-influx-v1-write.body", "influx", "gzip"],
    ["telegraf-opentsdb-put.body", "opentsdb", "gzip"],
    ["otlp-javascript-json.body", "otlp-json", ""],
    ["otlp-go-protobuf.body", "otlp-protobuf", ""],
    ["collectd-write-http-command.body", "collectd", ""],
  ] as const;
  let acceptedCount = 0;
  for (const [file, kind, encoding] of files) {
    await fc.assert(
      fc.asyncProperty(spoiled(capture(file)), async (bytes) => {
        const outcome = await take(kind, bytes, { encoding });
        if (!outcome.isRead) return;
        const { counts } = outcome;
        acceptedCount += counts.acceptedCount;
        expect(counts.takenPieceCount).toBeGreaterThanOrEqual(0);
        expect(counts.takenPieceCount).toBeLessThanOrEqual(counts.pieceCount);
      }),
      { numRuns: 60, seed: 8 },
    );
  }
  expect((await rows()).length).toBe(acceptedCount);
  expect(outlet.rows.length).toBeGreaterThan(1000);
});

function limited(limits: Partial<BodyLimits>): BodyIntakes {
  const intake = new Intake(new RememberingOutlet(), { rowsPerBatch: 64, flushAfterMs: 1 });
  const settings = completeSettings({ ports: {}, ...anyAge });
  const options = { clock: systemClock, logger: silentLogger, settings };
  return new BodyIntakes(intake, { sourceOf: (key) => new Source(key, intake, options), limits });
}

test.each([
  ["", Buffer.alloc(201, "#")],
  ["gzip", gzipSync(Buffer.alloc(201, "#"))],
  ["zstd", zstdCompressSync(Buffer.alloc(201, "#"))],
  ["deflate", deflateSync(Buffer.alloc(201, "#"))],
  ["snappy", Buffer.of(0xc9, 0x01, 0, 35)],
])("BodyIntakes unpacks no more than its limit of the encoding %j", async (encoding, body) => {
  const bodies = limited({ unpackedBytesMax: 200 });
  const request = { kind: "influx", body: new Uint8Array(body), encoding } as const;
  expect(await bodies.take(request)).toEqual({ isRead: false, fault: "long-body" });
});

test("BodyIntakes refuses a long body before it unpacks it, and long JSON earlier", async () => {
  const bodies = limited({ packedBytesMax: 10, jsonBytesMax: 5 });
  const body = new Uint8Array(11).fill(0x20);
  const long = { isRead: false, fault: "long-body" };
  expect(await bodies.take({ kind: "influx", body, encoding: "gzip" })).toEqual(long);
  const short = body.slice(0, 6);
  expect(await bodies.take({ kind: "otlp-json", body: short, encoding: "" })).toEqual(long);
  expect(await bodies.take({ kind: "influx", body: short, encoding: "" })).not.toEqual(long);
});

test("BodyIntakes refuses rows that take more than it gives one body", async () => {
  const bodies = limited({ rowBytesMax: 50 });
  const body = new TextEncoder().encode("m a=1,b=2,c=3");
  expect(await bodies.take({ kind: "influx", body, encoding: "" })).toMatchObject({
    counts: {
      acceptedCount: 2,
      takenPieceCount: 0,
      refusals: [{ reason: "too-many-rows", count: 1, lastExample: "m.c" }],
    },
  });
});
