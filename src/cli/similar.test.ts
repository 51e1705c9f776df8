import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import type { CommandIo } from "./command.ts";
import { similarCommand } from "./similar.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-similar-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  args: readonly string[],
  options: { isTerminal?: boolean } = {},
): Promise<Outcome> {
  const stdout = Object.assign(new PassThrough(), { isTTY: options.isTerminal ?? false });
  const stderr = new PassThrough();
  const out = text(stdout);
  const err = text(stderr);
  const io: CommandIo = {
    env: {},
    clock: new ManualClock(1_000_000_000_000),
    stdin: Readable.from([]),
    stdout,
    stderr,
  };
  const status = await similarCommand.run(args, io);
  stdout.end();
  stderr.end();
  return { status, out: await out, err: await err };
}

async function text(stream: PassThrough): Promise<string> {
  let whole = "";
  for await (const chunk of stream) whole += String(chunk);
  return whole;
}

function writeLines(name: string, lines: readonly unknown[], isGzip = false): string {
  const path = join(folder, name);
  const content = lines
    .map((line) => (typeof line === "string" ? line : JSON.stringify(line)))
    .join("\n");
  writeFileSync(path, isGzip ? gzipSync(content) : content);
  return path;
}

interface Answer {
  query: string | null;
  matches: { name: string; distance: number; likeness: number; lag: number; sign: number }[];
  fault?: string;
}

function answers({ out }: Outcome): Answer[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

function ucrRows(file: string): { label: string; values: number[] }[] {
  const path = new URL(`../../test/data/ucr/${file}.csv.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  return lines.map((line) => {
    const [label = "", ...values] = line.split(",");
    return { label, values: values.map(Number) };
  });
}

/** Label behind the colon, a number before it, so that names are unique. */
function named(rows: readonly { label: string; values: number[] }[]): object[] {
  return rows.map(({ label, values }, at) => ({ name: `${at}:${label}`, values }));
}

// Dau and others, "The UCR time series archive" (2019): errors of 1-nearest-neighbour classification.
test.each([
  { set: "GunPoint", args: ["--method", "euclidean"], error: "0.0867" },
  { set: "GunPoint", args: ["--method", "dtw", "--band", "0"], error: "0.0867" },
  { set: "GunPoint", args: ["--method", "dtw", "--band", "1"], error: "0.0933" },
  { set: "ItalyPowerDemand", args: ["--method", "euclidean"], error: "0.0447" },
  { set: "ItalyPowerDemand", args: ["--method", "dtw", "--band", "0"], error: "0.0447" },
  { set: "ItalyPowerDemand", args: ["--method", "dtw", "--band", "1"], error: "0.0496" },
])(
  "kale similar $args has the published 1-NN error $error on $set",
  async ({ set, args, error }) => {
    const library = writeLines(`${set}.library`, named(ucrRows(`${set}_TRAIN`)), true);
    const queries = writeLines(`${set}.queries`, named(ucrRows(`${set}_TEST`)));
    const outcome = await run([
      "--library",
      library,
      "--queries",
      queries,
      "--limit",
      "1",
      ...args,
    ]);
    const found = answers(outcome);
    const wrong = found.filter(
      ({ query, matches }) => labelOf(matches[0]!.name) !== labelOf(query!),
    );
    expect((wrong.length / found.length).toFixed(4)).toBe(error);
  },
);

function labelOf(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const wave = [0, 1, 2, 1, 0, -1, -2, -1, 0, 1, 3, 1];

test("kale similar on files ranks by distance, ties in the library's order", async () => {
  const library = writeLines("ties.jsonl", [
    { name: "other", values: [0, 5, 1, 7, 2, 9, 1, 4, 8, 1, 1, 1] },
    { name: "second", values: wave.map((value) => value * 4) },
    { name: "mirror", values: wave.map((value) => -value) },
    { name: "third", values: wave.map((value) => value * 4) },
  ]);
  const queries = writeLines("ties-query.jsonl", [{ name: "q", values: wave }]);
  const args = ["--library", library, "--queries", queries, "--method", "euclidean"];
  const [answer] = answers(await run(args));
  expect(answer!.query).toBe("q");
  expect(answer!.matches.map(({ name }) => name)).toEqual(["second", "third", "other", "mirror"]);
  expect(answer!.matches[0]).toEqual({
    name: "second",
    distance: 0,
    likeness: 100,
    lag: 0,
    sign: 1,
  });

  const [inverse] = answers(await run([...args, "--inverse", "--limit", "3"]));
  expect(inverse!.matches.map(({ name, sign }) => [name, sign])).toEqual([
    ["second", 1],
    ["mirror", -1],
    ["third", 1],
  ]);
  const [paged] = answers(await run([...args, "--inverse", "--limit", "1", "--offset", "2"]));
  expect(paged!.matches.map(({ name }) => name)).toEqual(["third"]);
});

test("kale similar stretches other lengths, fills gaps, and says why a line has no answer", async () => {
  const twice = wave.flatMap((value, at) =>
    at + 1 < wave.length ? [value, (value + wave[at + 1]!) / 2] : [value],
  );
  const library = writeLines("lengths.jsonl", [
    { name: "longer", values: twice },
    { name: "gap", values: [0, 1, 2, 1, 0, null, -2, -1, 0, 1, 3, 1] },
    { name: "flat", values: wave.map(() => 2) },
    "not json",
    { name: "text", values: ["1"] },
    { values: [1, 2] },
    { name: "short", values: [1] },
  ]);
  const queries = writeLines("lengths-query.jsonl", [
    { name: "q", values: wave },
    { name: "still", values: wave.map(() => 1) },
    { name: "holes", values: [1, null, null, null, null, null, null, 2] },
    "{",
  ]);
  const outcome = await run(["--library", library, "--queries", queries, "--method", "dtw"]);
  expect(outcome.status).toBe(1);
  const [found, ...faults] = answers(outcome);
  expect(found!.matches.map(({ name }) => name)).toEqual(["longer", "gap"]);
  expect(found!.matches[1]!.distance).toBeCloseTo(0, 9);
  expect(faults.map(({ query, fault }) => [query, fault])).toEqual([
    ["still", "flat"],
    ["holes", "too-sparse"],
    [null, "not-json"],
  ]);
  expect(outcome.err.trim().split("\n")).toEqual([
    `${library}:4: left out, not-json: the line is no JSON`,
    `${library}:5: left out, bad-value: a value is neither a number nor null`,
    `${library}:6: left out, no-name: "name" is missing or no text`,
    `${library}:7: left out, too-short: a shape needs two values`,
    `${queries}:2: query "still": flat: it does not move`,
    `${queries}:3: query "holes": too-sparse: too much of it is gaps`,
    `${queries}:4: query: not-json: the line is no JSON`,
  ]);
});

const good = JSON.stringify({ name: "good", values: wave });

test.each([
  {
    what: "a query is no JSON",
    library: good,
    query: "{",
    status: 1,
    said: "query.jsonl:2: query: not",
  },
  {
    what: "a query's value is text",
    library: good,
    query: '{"name":"\\u001bq","values":["1"]}',
    status: 1,
    said: 'query.jsonl:2: query "\\u001bq": bad-value',
  },
  {
    what: "a line of the library is no JSON",
    library: "{",
    query: good,
    status: 1,
    said: "library.jsonl:2: left",
  },
  {
    what: "a query was read and does not move",
    library: good,
    query: '{"name":"still","values":[2,2,2]}',
    status: 0,
    said: 'query.jsonl:2: query "still": flat',
  },
  { what: "all was read", library: good, query: good, status: 0, said: "" },
])("kale similar ends with $status where $what", async ({ library, query, status, said }) => {
  const libraryPath = writeLines("status-library.jsonl", [good, library]);
  const queriesPath = writeLines("status-query.jsonl", [good, query]);
  const outcome = await run(["--library", libraryPath, "--queries", queriesPath]);
  expect(outcome.status).toBe(status);
  expect(outcome.err).toContain(said);
  expect(outcome.err === "").toBe(said === "");
  expect(answers(outcome)).toHaveLength(2);
});

test("kale similar reads NaN and Infinity, which Python's writer emits, as gaps", async () => {
  const values = "[0,1,NaN,1,0,-Infinity,-2,-1,0,1,3,1]";
  const library = writeLines("nan.jsonl", [`{"name":"a,NaN,\\"NaN","values":${values}}`, "[NaN"]);
  const queries = writeLines("nan-query.jsonl", [{ name: "q", values: wave }]);
  const outcome = await run(["--library", library, "--queries", queries, "--method", "dtw"]);
  expect(answers(outcome)[0]!.matches.map(({ name }) => name)).toEqual(['a,NaN,"NaN']);
  expect(outcome.err).toContain("2: left out, not-json");
});

test("kale similar takes a radius of the length of long series, and says where that is too much", async () => {
  const long = (shift: number): number[] =>
    Array.from({ length: 1100 }, (slot, i) => Math.sin((i + shift) / 90) + (i % 7) / 50);
  const library = writeLines("long.jsonl", [{ name: "late", values: long(20) }]);
  const queries = writeLines("long-query.jsonl", [{ name: "q", values: long(0) }]);
  const args = ["--library", library, "--queries", queries, "--method", "fastdtw"];
  const [answer] = answers(await run([...args, "--radius", "1100"]));
  expect(answer!.matches).toHaveLength(1);
  const huge = writeLines("huge.jsonl", [
    { name: "q", values: Array.from({ length: 20_000 }, (slot, i) => Math.sin(i / 90)) },
  ]);
  const tooMuch = run([
    "--library",
    library,
    "--queries",
    huge,
    ...args.slice(4),
    "--radius",
    "20000",
  ]);
  await expect(tooMuch).rejects.toThrow(/radius of 20000 over 20000 points takes too much memory/);
});

test("kale similar leaves out the series of the query's name when asked to", async () => {
  const library = writeLines("same.jsonl", [
    { name: "q", values: wave },
    { name: "p", values: wave.toReversed() },
  ]);
  const args = ["--library", library, "--queries", library, "--limit", "1"];
  expect(answers(await run(args)).map(({ matches }) => matches[0]!.name)).toEqual(["q", "p"]);
  const without = answers(await run([...args, "--skip-same-name"]));
  expect(without.map(({ matches }) => matches[0]!.name)).toEqual(["p", "q"]);
});

test("kale similar says which file it could not read", async () => {
  const { status, err } = await run(["--library", join(folder, "none"), "--queries", "none"]);
  expect(status).toBe(1);
  expect(err).toContain(`kale similar: ${join(folder, "none")} cannot be read: ENOENT`);
  const wrong = await run(["--library", folder, "--queries", "none"]);
  expect(wrong.err).toContain(`kale similar: ${folder} cannot be read: EISDIR`);
});

test("kale similar does not take half a library for a whole one", async () => {
  const path = join(folder, "torn.gz");
  const packed = gzipSync(JSON.stringify({ name: "a", values: wave }).repeat(100));
  writeFileSync(path, packed.subarray(0, packed.length - 20));
  const { status, out, err } = await run(["--library", path, "--queries", path]);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err).toContain("unexpected end of file");
});

test.each([
  { args: [], message: /one NAME/ },
  { args: ["a", "b"], message: /one NAME/ },
  { args: ["--library", "x"], message: /belong together/ },
  { args: ["a", "--library", "x", "--queries", "y"], message: /running Kale/ },
  { args: ["--library", "x", "--queries", "y", "--from", "1"], message: /--from/ },
  { args: ["a", "--method", "psychic"], message: /--method is one of/ },
  { args: ["a", "--band", "wide"], message: /--band takes a number/ },
  { args: ["a", "--lag", "long"], message: /--lag takes seconds/ },
  { args: ["a", "--colour"], message: /--colour/ },
  { args: ["a", "--url", "nowhere"], message: /no URL/ },
])("kale similar $args is refused as misuse", async ({ args, message }) => {
  await expect(run(args)).rejects.toThrow(message);
});

let server: Server | undefined;
afterEach(() => server?.close());

/** Answers every request alike. @returns where it listens, and what it was asked */
async function serve(status: number, body: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(status, { connection: "close" }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return { url: `http://127.0.0.1:${port}`, asked };
}

const served = {
  query: { name: "web.load" },
  matches: [
    { name: "db.load", score: 93.4, likeness: 93.4, distance: 0.066, lag: 2, sign: 1 },
    { name: "queue\u001b[31m.depth", score: 88, lag: 0, sign: -1 },
  ],
  exact: false,
  compared: 10,
  total: 20,
};

test("kale similar NAME asks the server for what the options say, and writes JSON lines to a pipe", async () => {
  const { url, asked } = await serve(200, JSON.stringify(served));
  const args = [
    "web.load",
    "--url",
    url,
    "--method",
    "dtw",
    "--from",
    "-2h",
    "--until",
    "999999000",
  ];
  const { status, out } = await run([...args, "--inverse", "--limit", "5", "--lag", "3m"]);
  expect(status).toBe(0);
  const query = new URL(asked[0]!, url);
  expect(query.pathname).toBe("/kale/similar");
  expect(Object.fromEntries(query.searchParams)).toEqual({
    name: "web.load",
    method: "dtw",
    inverse: "true",
    limit: "5",
    lag: "180",
    from: "999992800",
    until: "999999000",
  });
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(served.matches);
});

test("kale similar NAME shows a table on a terminal, without control characters of names", async () => {
  const { url } = await serve(200, JSON.stringify(served));
  const { out } = await run(["web.load", "--url", url], { isTerminal: true });
  expect(out.split("\n")).toEqual([
    "likeness  distance   lag  sign      name",
    "  93.4 %   0.06600  +2 s            db.load",
    "  88.0 %                  inverted  queue\ufffd[31m.depth",
    "Not all: the time was up after 10 of 20 metrics.",
    "",
  ]);
});

test.each([
  {
    status: 404,
    body: '{"error":{"code":"unknown-series","message":"no such series"}}',
    said: "no such",
  },
  { status: 500, body: "oops", said: "HTTP status 500" },
  { status: 200, body: "<html>", said: "HTTP status 200" },
])("kale similar NAME passes on that the server said $said", async ({ status, body, said }) => {
  const { url } = await serve(status, body);
  const outcome = await run(["x", "--url", url]);
  expect(outcome).toMatchObject({ status: 1, out: "" });
  expect(outcome.err).toContain(said);
});

test("kale similar NAME without a server says so", async () => {
  const { status, err } = await run(["x", "--url", "http://127.0.0.1:1"]);
  expect(status).toBe(1);
  expect(err).toContain("kale start");
});
