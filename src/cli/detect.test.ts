import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { nextNormal, seededRandom } from "../base/random.ts";
import { checkNames } from "../model/index.ts";
import { UsageError } from "./command.ts";
import { detectCommand } from "./detect.ts";
import { ChecksJudge } from "./detect-checks.ts";
import { readRow, readTimestamp, StreamScorer } from "./detect-stream.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-detect-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function detect(
  args: readonly string[],
  input: string | Uint8Array = "",
): Promise<{ status: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const texts = Promise.all([textOf(stdout), textOf(stderr)]);
  const stdin = Readable.from(input.length > 0 ? [Buffer.from(input)] : [], { objectMode: false });
  const status = await detectCommand.run(args, {
    env: {},
    clock: new ManualClock(0),
    stdin,
    stdout,
    stderr,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { status, out, err };
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const recordedUrl = new URL("../../test/data/skyline/", import.meta.url);

interface ExpectedLine {
  readonly status: string;
  readonly algorithms: Readonly<Record<string, { readonly result: boolean | null }>>;
  readonly votes_true: number;
  readonly anomalous_original: boolean;
  readonly anomalous_strict: boolean;
  readonly py2_int?: ExpectedLine & { readonly ensemble: readonly (boolean | null)[] };
}

test.each([{ args: ["--checks"] }, { args: ["--checks", "--compat"] }])(
  "kale detect $args gives the recorded answers on all cases, gzipped on stdin",
  async ({ args }) => {
    const isCompat = args.length > 1;
    const packed = readFileSync(new URL("cases.dev.jsonl.gz", recordedUrl));
    const { status, out, err } = await detect(args, packed);
    expect(err).toBe("");
    expect(status).toBe(0);
    const answers = jsonLines(out) as {
      status: string;
      algorithms: Record<string, { result: boolean | null }>;
      votes: number;
      anomalous: boolean;
    }[];
    const wanted = jsonLines(
      gunzipSync(readFileSync(new URL("expected.dev.jsonl.gz", recordedUrl))).toString("utf8"),
    ) as ExpectedLine[];
    expect(answers).toHaveLength(200);
    for (const [i, answer] of answers.entries()) {
      const line = wanted[i]!;
      const integers = isCompat ? line.py2_int : undefined;
      const results = integers?.ensemble ?? checkNames.map((name) => line.algorithms[name]!.result);
      const verdict = integers ?? line;
      expect(checkNames.map((name) => answer.algorithms[name]!.result)).toEqual(
        isCompat ? results : results.map(Boolean),
      );
      expect(answer.status).toBe(line.status);
      expect(answer.votes).toBe(verdict.votes_true);
      const anomalous = isCompat ? verdict.anomalous_original : verdict.anomalous_strict;
      expect(answer.anomalous).toBe(line.status === "ok" && anomalous);
    }
  },
);

function jsonLines(text: string): unknown[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

test("kale detect --checks writes observed, lower and upper of every check", async () => {
  const points = Array.from({ length: 60 }, (point, i) => [
    1_700_000_000 + i * 10,
    i === 59 ? 900 : i % 3,
  ]);
  const { out } = await detect(["--checks"], `${JSON.stringify({ name: "a", points })}\n`);
  const [answer] = jsonLines(out) as { algorithms: Record<string, object>; status: string }[];
  expect(answer).toMatchObject({ name: "a", status: "ok" });
  expect(Object.keys(answer!.algorithms)).toEqual([...checkNames]);
  for (const name of checkNames) {
    expect(Object.keys(answer!.algorithms[name]!)).toEqual([
      "result",
      "observed",
      "lower",
      "upper",
    ]);
  }
});

test.each([
  { line: "{", fault: "is not JSON" },
  { line: "[1]", fault: "is not a JSON object" },
  { line: '{"points":[]}', fault: 'has no text as "name"' },
  { line: '{"name":"a"}', fault: 'has no list as "points"' },
  {
    line: '{"name":"a","points":[[1,2],[3]]}',
    fault: "has a point that is not [seconds, number]: the 2nd",
  },
  {
    line: '{"name":"a","points":[[1,"2"]]}',
    fault: "has a point that is not [seconds, number]: the 1st",
  },
  {
    line: '{"name":"a","points":[[1,1e999]]}',
    fault: "has a point that is not [seconds, number]: the 1st",
  },
  { line: '{"name":"a","points":[],"now":"x"}', fault: 'has a "now" that is no number' },
])("kale detect --checks names $line and goes on", async ({ line, fault }) => {
  const good = '{"name":"good","points":[[1,1],[2,2]]}';
  const { status, out, err } = await detect(["--checks"], `${good}\n${line}\n${good}\n`);
  expect(status).toBe(1);
  expect(err).toBe(`kale detect: stdin:2: ${fault}\n`);
  expect(jsonLines(out)).toHaveLength(2);
});

test("kale detect names the first bad lines and counts the rest", async () => {
  const { err } = await detect(["--checks"], "x\n".repeat(25));
  expect(err.trim().split("\n")).toHaveLength(11);
  expect(err).toContain("stdin: 15 more such lines");
});

test("ChecksJudge takes points by time, whatever their order", () => {
  const judge = new ChecksJudge({ compat: false });
  const points = Array.from({ length: 50 }, (point, i) => [1000 + i, i % 7]);
  const sorted = judge.answer(JSON.stringify({ name: "a", points }));
  expect(judge.answer(JSON.stringify({ name: "a", points: points.toReversed() }))).toEqual(sorted);
});

test("ChecksJudge answers anything with a line or a fault", () => {
  const judge = new ChecksJudge({ compat: true });
  const point = fc.oneof(fc.tuple(fc.double(), fc.double()), fc.anything());
  fc.assert(
    fc.property(
      fc.record(
        { name: fc.string(), points: fc.array(point), now: fc.anything() },
        { requiredKeys: [] },
      ),
      (series) => {
        const answer = judge.answer(JSON.stringify(series));
        if (answer.ok) JSON.parse(answer.line);
        else expect(answer.fault).not.toBe("");
      },
    ),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      judge.answer(text);
    }),
  );
});

function csvOf(count: number, seed = 1): string {
  const random = seededRandom(seed);
  const rows = Array.from(
    { length: count },
    (row, i) =>
      `${1_700_000_000 + i * 60},${(i === count - 20 ? 500 : 50 + nextNormal(random)).toFixed(2)}`,
  );
  return `timestamp,value\n${rows.join("\n")}\n`;
}

test("kale detect --stream scores a spike, and keeps every row as it came", async () => {
  const { status, out } = await detect(["--stream"], csvOf(600));
  expect(status).toBe(0);
  const rows = out.trim().split("\n");
  expect(rows[0]).toBe("timestamp,value,anomaly_score");
  expect(rows).toHaveLength(601);
  const scores = rows.slice(1).map((row) => Number(row.split(",")[2]));
  expect(Math.max(...scores)).toBe(scores[580]);
  expect(scores[580]).toBeGreaterThan(0.5);
  expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
});

test("kale detect --stream never looks ahead: a file cut short has the same scores", async () => {
  const text = csvOf(900);
  const whole = await detect(["--stream"], text);
  const lines = text.split("\n").slice(0, 500).join("\n");
  const cut = await detect(["--stream"], lines);
  expect(whole.out.startsWith(cut.out)).toBe(true);
});

test("StreamScorer knows a gap by the rows' times", () => {
  const random = seededRandom(9);
  const [steady, broken] = [new StreamScorer(), new StreamScorer()];
  const scores = [0, 0];
  for (let i = 0; i < 600; i++) {
    const value = nextNormal(random);
    scores[0] = steady.score(60 * i, value);
    scores[1] = broken.score(60 * i + (i === 599 ? 86_400 : 0), value);
  }
  expect(scores[0]).not.toBe(scores[1]);
});

test("kale detect --stream takes gaps, dates, quotes, CRLF and a byte order mark", async () => {
  const text =
    '\uFEFFtimestamp,value\r\n2023-11-14 22:13:20,5\r\n"2023-11-14T22:14:20Z",\r\n1700000120,NaN\r\n';
  const { status, out, err } = await detect(["--stream"], text);
  expect(err).toBe("");
  expect(status).toBe(0);
  expect(out).toBe(
    "timestamp,value,anomaly_score\n2023-11-14 22:13:20,5,0\n2023-11-14T22:14:20Z,,0\n1700000120,NaN,0\n",
  );
});

test.each([
  { text: "1700000000,5\n", err: /stdin:1: is a row already/ },
  { text: "a,b,c\n1,2,3\n", err: /stdin:1: has 3 columns/ },
  {
    text: "timestamp,value\nyesterday,5\n",
    err: /stdin:2: has a timestamp that is none: "yesterday"/,
  },
  { text: "timestamp,value\n1700000000\n", err: /stdin:2: has 1 columns, the header 2/ },
])("kale detect --stream refuses $text", async ({ text, err }) => {
  const result = await detect(["--stream"], text);
  expect(result.status).toBe(1);
  expect(result.err).toMatch(err);
});

test.each([
  ["1700000000", 1_700_000_000],
  ["1700000000.5", 1_700_000_000.5],
  ["2023-11-14 22:13:20", 1_700_000_000],
  ["2023-11-14T22:13:20Z", 1_700_000_000],
  ["2023-11-15T00:13:20+02:00", 1_700_000_000],
  ["2024-02-29", 1_709_164_800],
  ["1970-01-01", 0],
  ["2023-02-29", undefined],
  ["2023-13-01", undefined],
  ["", undefined],
  ["soon", undefined],
])("readTimestamp(%j) is %j", (text, seconds) => {
  expect(readTimestamp(text)).toBe(seconds);
});

test("readRow() answers any text with a row or a fault", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readRow(text, { timestamp: 0, value: 1, count: 2 });
    }),
  );
});

test("kale detect --out writes one file of the same name per input, gzipped as its name says", async () => {
  const [plain, packed, out] = [
    join(folder, "a.csv"),
    join(folder, "b.csv.gz"),
    join(folder, "out"),
  ];
  writeFileSync(plain, csvOf(50));
  writeFileSync(packed, gzipSync(csvOf(60)));
  const { status, out: text } = await detect(["--stream", "--out", out, plain, packed]);
  expect(status).toBe(0);
  expect(text).toBe("");
  expect(readdirSync(out).sort()).toEqual(["a.csv", "b.csv.gz"]);
  expect(readFileSync(join(out, "a.csv"), "utf8").trim().split("\n")).toHaveLength(51);
  expect(
    gunzipSync(readFileSync(join(out, "b.csv.gz")))
      .toString()
      .trim()
      .split("\n"),
  ).toHaveLength(61);
});

test("kale detect reads gzip by content and tells of a stream that breaks off", async () => {
  const path = join(folder, "odd-name.csv");
  const packed = gzipSync(csvOf(5_000));
  writeFileSync(path, packed);
  expect((await detect(["--stream", path])).out.trim().split("\n")).toHaveLength(5_001);
  writeFileSync(path, packed.subarray(0, packed.length >> 1));
  const broken = await detect(["--stream", path]);
  expect(broken.status).toBe(1);
  expect(broken.err).toMatch(
    /odd-name\.csv: cannot be read(?: further than line \d+)?: unexpected end of file/,
  );
});

test("kale detect names a file that is not there and judges the others", async () => {
  const good = join(folder, "good.jsonl");
  writeFileSync(good, '{"name":"a","points":[[1,1],[2,2]]}\n');
  const { status, out, err } = await detect(["--checks", join(folder, "missing.jsonl"), good]);
  expect(status).toBe(1);
  expect(err).toMatch(/missing\.jsonl: cannot be read: ENOENT/);
  expect(jsonLines(out)).toHaveLength(1);
});

test("kale detect says why the folder of --out cannot be made", async () => {
  const file = join(folder, "in-the-way.jsonl");
  writeFileSync(file, '{"name":"a","points":[[1,1],[2,2]]}\n');
  const { status, err } = await detect(["--checks", "--out", file, file]);
  expect(status).toBe(1);
  expect(err).toContain(`--out ${file} cannot be made: ${file} is a file, not a folder`);
});

test("kale detect --out refuses a link to the folder of its input", async () => {
  const file = join(folder, "linked.jsonl");
  writeFileSync(file, '{"name":"a","points":[[1,1],[2,2]]}\n');
  symlinkSync(folder, join(folder, "link"));
  await expect(detect(["--checks", "--out", join(folder, "link"), file])).rejects.toThrow(
    /would overwrite/,
  );
});

test.each([
  { args: [], message: /needs one of --checks, --stream/ },
  { args: ["--checks", "--out", "", "a"], message: /--out needs a folder/ },
  { args: ["--checks", "--stream"], message: /needs one of --checks, --stream/ },
  { args: ["--stream", "--compat"], message: /--compat goes with --checks/ },
  { args: ["--stream", "a", "b"], message: /needs --out/ },
  { args: ["--stream", "--out", "d"], message: /needs files to read/ },
  { args: ["--stream", "--out", "d", "x/a", "y/a"], message: /the same file/ },
  { args: ["--stream", "--out", "x", "x/a"], message: /would overwrite/ },
])("kale detect $args is a usage error", async ({ args, message }) => {
  await expect(detect(args)).rejects.toThrow(UsageError);
  await expect(detect(args)).rejects.toThrow(message);
});
