import { request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  SimilarityRefusal,
  type SimilarityAnswer,
  type SimilarityQuery,
  type SimilarityReader,
} from "../model/index.ts";
import type { AnomalyJson, ErrorJson, SeenBeforeJson, SimilarJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { oddNames } from "./simulated-series.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
const lines = { Accept: "application/x-ndjson" };

let app: TestWebapp | undefined;
/** What the search was asked, and how it goes on. */
let asked: { query: SimilarityQuery; options: Parameters<SimilarityReader["search"]>[1] }[] = [];
beforeEach(() => {
  asked = [];
});
afterEach(async () => {
  await app?.webapp.close();
  app = undefined;
});

type SearchOptions = Parameters<SimilarityReader["search"]>[1];

async function start(
  search: (query: SimilarityQuery, options: SearchOptions) => Promise<SimilarityAnswer> = (query) =>
    Promise.resolve(answerTo(query)),
  limits: Parameters<typeof startTestWebapp>[0] = {},
): Promise<TestWebapp> {
  app = await startTestWebapp(limits, {
    similarity: {
      search: (query, options) => {
        asked.push({ query, options });
        return search(query, options);
      },
    },
  });
  return app;
}

function answerTo(
  query: SimilarityQuery,
  change: Partial<SimilarityAnswer> = {},
): SimilarityAnswer {
  return {
    range: query.range,
    queryValues: Float64Array.of(1, NaN, 3),
    matches: [{ name: oddNames[0], distance: 0.5, likeness: 93.5, lagMs: -120_000, sign: -1 }],
    isFinal: true,
    isExact: true,
    comparedCount: 7,
    totalCount: 9,
    unmatchedCounts: { flat: 2 },
    tookMs: 12.5,
    ...change,
  };
}

function codeOf(answer: Answer): string {
  return (answer.json() as ErrorJson).error.code;
}

test("/kale/similar says what was compared, best first, in seconds", async () => {
  const { get } = await start();
  const answer = await get("/kale/similar?name=queue.orders.depth");
  expect(answer.status).toBe(200);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.json()).toEqual({
    query: {
      name: "queue.orders.depth",
      from: nowSeconds - 3_600,
      until: nowSeconds,
      method: "best",
      values: [1, null, 3],
    },
    matches: [
      { name: oddNames[0], score: 93.5, likeness: 93.5, distance: 0.5, lag: -120, sign: -1 },
    ],
    final: true,
    exact: true,
    compared: 7,
    total: 9,
    unmatched: { flat: 2 },
    tookMs: 12.5,
    searchedBy: "shards",
    whyShards: null,
    limitedTo: null,
    seenBefore: [],
  } satisfies SimilarJson);
  expect(asked[0]?.query).toEqual({
    target: { kind: "series", name: "queue.orders.depth" },
    range: { fromMs: fixtureNowMs - 3_600_000, untilMs: fixtureNowMs },
    method: "best",
    filter: "",
    exclude: [],
    limit: 20,
    offset: 0,
  });
});

test("/kale/similar hands every parameter on", async () => {
  const { get } = await start();
  const target =
    "/kale/similar?name=a;z=1;b=2&from=-2h&until=-1h&method=dtw&limit=7&offset=14&lag=2min&inverse=0" +
    "&filter=web.*&exclude=fe1,%20fe2&exclude=db.*,&band=0.1&radius=3&points=120&page=p1";
  expect((await get(target)).status).toBe(200);
  expect(asked[0]?.query).toEqual({
    target: { kind: "series", name: "a;b=2;z=1" },
    range: { fromMs: fixtureNowMs - 7_200_000, untilMs: fixtureNowMs - 3_600_000 },
    method: "dtw",
    filter: "web.*",
    exclude: ["fe1", "fe2", "db.*"],
    limit: 7,
    offset: 14,
    lagMaxMs: 120_000,
    inverse: false,
    bandShare: 0.1,
    radius: 3,
    pointCount: 120,
  });
  expect(asked[0]?.options.page).toBe("p1");
  await get("/kale/similar?name=a&lag=90.5&inverse=true");
  expect(asked[1]?.query).toMatchObject({ lagMaxMs: 90_500, inverse: true });
});

test("/kale/similar?anomaly= takes the anomaly's name and window, unless told another", async () => {
  const { get } = await start();
  const [anomaly] = (await get("/kale/anomalies?limit=1")).json() as AnomalyJson[];
  await get(`/kale/similar?anomaly=${anomaly?.id ?? ""}`);
  expect(asked[0]?.query).toMatchObject({
    target: { kind: "series", name: anomaly?.name },
    range: {
      fromMs: (anomaly?.searchFrom ?? 0) * 1000,
      untilMs: (anomaly?.searchUntil ?? 0) * 1000,
    },
  });
  await get(`/kale/similar?anomaly=${anomaly?.id ?? ""}&from=-10min`);
  expect(asked[1]?.query.range.fromMs).toBe(fixtureNowMs - 600_000);
  expect(codeOf(await get("/kale/similar?anomaly=gone"))).toBe("unknown-anomaly");
});

test("POST /kale/similar takes a shape and the same parameters, from anybody", async () => {
  const { sendJson } = await start();
  const answer = await sendJson("POST", "/kale/similar?limit=3", {
    values: [1, 2.5, -3e9],
    from: "-30min",
    method: "fastdtw",
    exclude: ["fe1", "db"],
    inverse: true,
    lag: 60,
  });
  expect(answer.status, answer.text).toBe(200);
  expect((answer.json() as SimilarJson).query).toMatchObject({ name: null, method: "fastdtw" });
  expect(asked[0]?.query).toMatchObject({
    target: { kind: "shape", values: Float64Array.of(1, 2.5, -3e9) },
    range: { fromMs: fixtureNowMs - 1_800_000, untilMs: fixtureNowMs },
    limit: 3,
    exclude: ["fe1", "db"],
    inverse: true,
    lagMaxMs: 60_000,
  });
});

test.each([
  [{}, "bad-field"],
  [[1, 2], "bad-field"],
  [null, "bad-field"],
  [{ values: [1] }, "bad-field"],
  [{ values: Array.from({ length: 2_001 }, (none, i) => i) }, "bad-field"],
  [{ values: [1, "2"] }, "bad-field"],
  [{ values: [1, null] }, "bad-field"],
  [{ values: [1, 2], name: "a" }, "bad-field"],
  [{ values: [1, 2], method: {} }, "bad-field"],
  [{ values: [1, 2], method: "guess" }, "bad-parameter"],
  [{ values: [1, 2], limit: [3, 4] }, "repeated-parameter"],
  [{ values: [1, 2], metod: "dtw" }, "unknown-parameter"],
])("POST /kale/similar refuses %j as %s", async (body, code) => {
  const { sendJson } = await start();
  const answer = await sendJson("POST", "/kale/similar", body);
  expect([answer.status, codeOf(answer)], answer.text).toEqual([400, code]);
  expect(asked).toEqual([]);
});

test.each([
  ["/kale/similar", "missing-parameter", /name=.*anomaly=.*values/],
  ["/kale/similar?name=a&method=guess", "bad-parameter", /best, euclidean, fastdtw/],
  ["/kale/similar?name=a&band=1.5", "bad-parameter", /band/],
  ["/kale/similar?name=a&radius=-1", "bad-parameter", /radius/],
  ["/kale/similar?name=a&lag=soon", "bad-parameter", /2min/],
  ["/kale/similar?name=a&lag=2m", "bad-parameter", /2min/],
  ["/kale/similar?name=a&inverse=maybe", "bad-parameter", /inverse/],
  ["/kale/similar?name=a&limit=0", "bad-parameter", /limit/],
  ["/kale/similar?name=a&points=1", "bad-parameter", /points/],
  ["/kale/similar?name=a&from=now", "bad-parameter", /from/],
  [`/kale/similar?name=a&exclude=${"x,".repeat(101)}`, "bad-parameter", /exclude/],
  [`/kale/similar?name=a&exclude=${"x".repeat(513)}`, "bad-parameter", /exclude/],
  ["/kale/similar?name=a&likeness=9", "unknown-parameter", /known are/],
])("%s is refused as %s", async (target, code, message) => {
  const { get } = await start();
  const answer = await get(target);
  expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  expect(answer.text).toMatch(message);
  expect(asked).toEqual([]);
});

test.each([
  ["unknown-series", 404],
  ["flat", 422],
  ["short-window", 422],
  ["bad-lag", 400],
  ["cancelled", 409],
])(
  "a refusal %s is %i with its own words, also where lines are asked for",
  async (code, status) => {
    const { get } = await start(() =>
      Promise.reject(new SimilarityRefusal(code, `Because <${code}>.`)),
    );
    for (const headers of [{}, lines]) {
      const answer = await get("/kale/similar?name=a", headers);
      expect(answer.status).toBe(status);
      expect(answer.json()).toEqual({ error: { code, message: `Because <${code}>.` } });
    }
  },
);

test("with Accept: application/x-ndjson a line comes for each better answer, at once", async () => {
  let goOn: () => void = () => undefined;
  const firstIsRead = new Promise<void>((resolve) => (goOn = resolve));
  const { webapp } = await start(async (query, { onProgress }) => {
    onProgress?.(answerTo(query, { isFinal: false, comparedCount: 1, matches: [] }));
    await firstIsRead;
    return answerTo(query);
  });
  const url = `${webapp.ports[0]?.url ?? ""}kale/similar?name=queue.orders.depth`;
  const response = await fetch(url, { headers: { ...lines, "Accept-Encoding": "gzip, br" } });
  expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
  let text = "";
  // The search does not end before the first line has been read here.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) goOn();
  }
  const answers = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SimilarJson);
  expect(answers.map(({ final, compared }) => [final, compared])).toEqual([
    [false, 1],
    [true, 7],
  ]);
});

test("a search that fails after its first line says so in the last", async () => {
  const { get } = await start(async (query, { onProgress }) => {
    onProgress?.(answerTo(query, { isFinal: false }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("a secret mistake");
  });
  const answer = await get("/kale/similar?name=a", lines);
  expect(answer.status).toBe(200);
  const last = JSON.parse(answer.text.trimEnd().split("\n").at(-1) ?? "") as ErrorJson;
  expect(last.error.code).toBe("internal");
  expect(answer.text).not.toContain("secret");
});

test.each([{}, lines])("hanging up ends the search (%j)", async (headers) => {
  let onAbort: () => void = () => undefined;
  const isAborted = new Promise<void>((resolve) => (onAbort = resolve));
  const { webapp } = await start((query, { signal, onProgress }) => {
    onProgress?.(answerTo(query, { isFinal: false }));
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => {
        onAbort();
        reject(new SimilarityRefusal("cancelled", "Nobody waits."));
      });
    });
  });
  const port = webapp.ports[0]?.port;
  const path = "/kale/similar?name=a";
  const sent = request({ host: "127.0.0.1", port, path, headers, agent: false });
  sent.on("error", () => undefined);
  sent.end();
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(asked[0]?.options.signal?.aborted).toBe(false);
  sent.destroy();
  await isAborted;
});

test("a search that takes too long is given up, and further ones than allowed are refused", async () => {
  const never = new Promise<never>(() => undefined);
  const { get } = await start(() => never, { limits: { searchWaitMs: 150, searchCountMax: 1 } });
  const first = get("/kale/similar?name=a");
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await get("/kale/similar?name=b");
  expect([second.status, codeOf(second)]).toEqual([503, "too-many-searches"]);
  expect(second.headers["retry-after"]).toBe("2");
  expect([(await first).status, codeOf(await first)]).toEqual([504, "no-answer"]);
  expect(asked[0]?.options.signal?.aborted).toBe(true);
  expect((await get("/kale/similar?name=c")).status).toBe(504);
});

test("what was seen before stands beside a search, an anomaly, and on its own", async () => {
  app = await startTestWebapp();
  const { get, sendJson, bearer } = app;
  const [anomaly] = (await get("/kale/anomalies?name=queue.orders.depth")).json() as AnomalyJson[];
  const id = anomaly?.id ?? "";
  const window = { from: anomaly?.searchFrom, until: anomaly?.searchUntil };
  const made = await sendJson(
    "POST",
    "/kale/collections",
    { name: "<b>stuck</b>", note: "", items: [{ name: "queue.orders.depth", ...window }] },
    bearer,
  );
  expect(made.status, made.text).toBe(201);
  const expected = [
    {
      collection: (made.json() as { id: string }).id,
      name: "<b>stuck</b>",
      metric: "queue.orders.depth",
      likeness: expect.closeTo(100) as number,
      ...window,
    },
  ];
  expect(((await get(`/kale/anomalies/${id}`)).json() as AnomalyJson).seenBefore).toEqual(expected);
  const similar = (await get(`/kale/similar?anomaly=${id}&limit=1`)).json() as SimilarJson;
  expect(similar.seenBefore).toEqual(expected);
  const values = similar.query.values;
  const drawn = (await sendJson("POST", "/kale/similar", { values })).json() as SimilarJson;
  expect(drawn.seenBefore.map(({ name }) => name)).toEqual(["<b>stuck</b>"]);
  const target = `/kale/seen?name=queue.orders.depth&from=${window.from ?? 0}&until=${window.until ?? 0}`;
  expect((await get(target)).json() as SeenBeforeJson[]).toEqual(expected);
  expect((await get("/kale/seen?name=nobody")).status).toBe(404);
  expect((await get("/kale/seen")).status).toBe(400);
});

test("an anomaly is shown all the same where collections cannot be matched", async () => {
  app = await startTestWebapp(
    { limits: { seenWaitMs: 20 } },
    {
      seenBefore: {
        seenBefore: () => new Promise<never>(() => undefined),
        shapeSeenBefore: () => new Promise<never>(() => undefined),
      },
    },
  );
  const [anomaly] = (await app.get("/kale/anomalies?limit=1")).json() as AnomalyJson[];
  const answer = await app.get(`/kale/anomalies/${anomaly?.id ?? ""}`);
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual(anomaly);
  expect((await app.get(`/kale/seen?name=queue.orders.depth`)).status).toBe(504);
});
