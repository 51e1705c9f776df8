/** `kale import` from files: Whisper files of the real whisper, CSV and JSON lines. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { seededRandom } from "../src/base/random.ts";
import { readDataFolder, type StoredSeries } from "./support/data-folder.ts";
import { graphitePython, graphiteWeb } from "./support/graphite-web.ts";
import { kaleImport, startImport } from "./support/kale-import.ts";
import { temporaryFolder } from "./support/kale-process.ts";
import { describeWith } from "./support/requirements.ts";

vi.setConfig({ testTimeout: 180_000 });

const nowSecond = Math.floor(Date.now() / 1000);
let folder: string;
let data: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder, "data");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describeWith(graphiteWeb, "kale import whisper", () => {
  interface WhisperFile {
    readonly path: string;
    readonly archives: readonly (readonly [step: number, points: number])[];
    readonly points: readonly (readonly [second: number, value: number])[];
  }

  /** @returns what whisper itself reads in them at `now` */
  function whisperFiles(now: number, files: readonly WhisperFile[]): StoredSeries {
    const { stdout, stderr } = spawnSync(
      graphitePython,
      ["test/oracles/whisper_files.py", join(folder, "whisper")],
      { input: JSON.stringify({ now, files }), encoding: "utf8", maxBuffer: 64 << 20 },
    );
    expect(stderr).toBe("");
    return JSON.parse(stdout) as StoredSeries;
  }

  function walk(seed: number, options: { from: number; until: number; step: number }) {
    const random = seededRandom(seed);
    const points: [number, number][] = [];
    for (let second = options.from; second <= options.until; second += options.step) {
      // Some are missing, but never the newest: by it the file is read.
      const isThere = random.next() < 0.9 || second + options.step > options.until;
      if (isThere) points.push([second, Math.round(random.next() * 1e6) / 64]);
    }
    return points;
  }

  test("takes each archive's points as whisper reads them, finest first", async () => {
    const now = nowSecond - (nowSecond % 3600);
    const day = 86_400;
    const files: WhisperFile[] = [
      // The rings went round several times.
      {
        path: "servers/web1/load.wsp",
        archives: [[10, 360], [60, 720], [3600, 336]], // prettier-ignore
        points: walk(1, { from: now - 3 * day, until: now, step: 10 }),
      },
      {
        path: "servers/web1/disk/sda1.wsp",
        archives: [[60, 1440]],
        points: walk(2, { from: now - 6000, until: now, step: 60 }),
      },
      { path: "empty.wsp", archives: [[60, 60]], points: [] },
      {
        path: "_tagged/abc/def/disk_DOT_used;host=a_DOT_b.wsp",
        archives: [[60, 60], [300, 600]], // prettier-ignore
        points: walk(3, { from: now - 39_960, until: now, step: 60 }),
      },
    ];
    const told = whisperFiles(now, files);
    const { status, out, err } = await kaleImport([
      ...["whisper", join(folder, "whisper"), "--data", data, "--retention", "400d"],
    ]);
    expect(err).toBe("");
    expect(status).toBe(0);
    const expected = {
      "servers.web1.load": told["servers/web1/load.wsp"],
      "servers.web1.disk.sda1": told["servers/web1/disk/sda1.wsp"],
      "disk.used;host=a.b": told["_tagged/abc/def/disk_DOT_used;host=a_DOT_b.wsp"],
    };
    expect(await readDataFolder(data)).toEqual(expected);
    const count = Object.values(expected).reduce((sum, points) => sum + (points?.length ?? 0), 0);
    expect(out).toBe(`${count} samples of 3 series were taken over.\n`);
  });

  test("a file that stopped long ago gives what it held then; broken ones are named", async () => {
    const then = nowSecond - (nowSecond % 60) - 5 * 86_400;
    const archives = [[60, 60], [600, 60]] as const; // prettier-ignore
    const points = walk(4, { from: then - 30_000, until: then, step: 60 });
    const told = whisperFiles(points.at(-1)![0], [
      { path: "old.wsp", archives, points },
      { path: "cut.wsp", archives, points },
    ]);
    await truncate(join(folder, "whisper/cut.wsp"), 500);
    await writeFile(join(folder, "whisper/text.wsp"), "no whisper file, but longer than its head");
    const run = await kaleImport(["whisper", join(folder, "whisper"), "--data", data]);
    expect(run.status).toBe(0);
    expect(run.out).toMatch(/1 file could not be read, truncated: ".*cut\.wsp"/);
    expect(run.out).toMatch(/1 file could not be read, bad-header: ".*text\.wsp"/);
    expect(await readDataFolder(data)).toEqual({ old: told["old.wsp"] });
  });

  test("killed in the middle it goes on, and every point is there once", async () => {
    const now = nowSecond - (nowSecond % 60);
    const points = walk(5, { from: now - 3000, until: now, step: 60 });
    const paths = Array.from(
      { length: 3000 },
      (_, i) => `site/metric${String(i).padStart(4, "0")}.wsp`,
    );
    const archives = [[60, 100]] as const;
    const told = whisperFiles(
      now,
      paths.map((path) => ({ path, archives, points })),
    );
    const args = ["whisper", join(folder, "whisper"), "--data", data];
    const { child, ended } = startImport(args);
    const state = join(data, "import-whisper.json");
    await vi.waitUntil(() => existsSync(state) || child.exitCode !== null, { timeout: 90_000, interval: 2 }); // prettier-ignore
    child.kill("SIGKILL");
    const { status } = await ended;
    const again = await kaleImport(args);
    expect(again.status).toBe(0);
    if (status === null) expect(again.out).toMatch(/^Goes on behind \d+ of 3000/);
    const stored = await readDataFolder(data);
    expect(Object.keys(stored)).toHaveLength(3000);
    for (const path of paths) {
      expect(stored[path.slice(0, -4).replace("/", ".")]).toEqual(told[path]);
    }
    expect(existsSync(state)).toBe(false);
  });
});

test("kale import csv takes wide and long tables and leaves gaps out", async () => {
  const at = nowSecond - 600;
  const iso = new Date((at + 10) * 1000).toISOString();
  await writeFile(
    join(folder, "wide.csv"),
    `time,web.load,"disk,used"\n${at},1.5,\n${iso},,7\nnonsense,1,2\n${at + 20},x,8\n`,
  );
  await writeFile(
    join(folder, "long.csv.gz"),
    gzipSync(`value;name;timestamp\r\n2,5;queue;${at * 1000}\r\nnull;queue;${at * 1000 + 500}\r\n`),
  );
  await writeFile(join(folder, "alone.csv"), `timestamp,value\n${at},3\n`);
  const files = ["wide.csv", "long.csv.gz", "alone.csv"].map((file) => join(folder, file));
  const args = ["csv", ...files, "--data", data, "--prefix", "old."];
  for (const extra of [[], ["--restart"]]) {
    const { status, out, err } = await kaleImport([...args, ...extra]);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(out).toBe(
      [
        "5 samples of 4 series were taken over.",
        '1 line could not be read whole, bad-time: "nonsense,1,2"',
        `1 line could not be read whole, bad-value: "${at + 20},x,8"`,
        "",
      ].join("\n"),
    );
  }
  expect(await readDataFolder(data)).toEqual({
    "old.web.load": [[at, 1.5]],
    "old.disk,used": [[at + 10, 7], [at + 20, 8]], // prettier-ignore
    "old.queue": [[at, 2.5]],
    "old.alone": [[at, 3]],
  });
});

test("kale import json reads stdin, within its range and names, and counts what is too old", async () => {
  const at = nowSecond - 600;
  const lines = [
    { name: "a", points: [[at, 1], [at + 10, null], [at + 20, 2.5], [at + 30, 3]] }, // prettier-ignore
    { name: "a", time: at + 25, value: 9 },
    {
      metric: { __name__: "up", job: "x" },
      values: [1, 0],
      timestamps: [at * 1000, at * 1000 + 15],
    },
    { name: "other", points: [[at, 5]] },
    { name: "up.old", points: [[1_700_000_000, 5]] },
  ].map((line) => JSON.stringify(line));
  const input = [...lines, "{", ""].join("\n");
  const args = ["json", "--data", data, "--until", String(at + 30), "--names", "{a,up*}"];
  const { status, out } = await kaleImport(args, input);
  expect(status).toBe(0);
  expect(out).toContain("5 samples of 2 series were taken over.\n");
  expect(out).toContain("1 samples were left out: they are older than the retention of 14d");
  expect(out).toContain('1 line could not be read whole, bad-json: "{"');
  expect(await readDataFolder(data)).toEqual({
    a: [[at, 1], [at + 20, 2.5], [at + 25, 9]], // prettier-ignore
    "up;job=x": [[at, 1], [at + 0.015, 0]], // prettier-ignore
  });
});

test("kale import csv goes on in the middle of a large file", async () => {
  const path = join(folder, "large.csv");
  const at = nowSecond - 80_000;
  const names = Array.from({ length: 300 }, (_, i) => `series${i}`);
  const rows = Array.from(
    { length: 24_000 },
    (_, row) => `${at + row},${names.map((_, i) => (row + i) % 100).join(",")}`,
  );
  await writeFile(path, `time,${names.join(",")}\n${rows.join("\n")}\n`);
  const args = ["csv", path, "--data", data, "--names", "series1"];
  const { child, ended } = startImport(args);
  const state = join(data, "import-csv.json");
  await vi.waitUntil(() => existsSync(state) || child.exitCode !== null, { timeout: 90_000, interval: 2 }); // prettier-ignore
  child.kill("SIGKILL");
  const { status } = await ended;
  const again = await kaleImport(args);
  if (status === null) expect(again.out).toMatch(/^Goes on behind 1 of 2/);
  expect(again.status).toBe(0);
  const stored = await readDataFolder(data);
  for (const name of Object.keys(stored)) {
    const i = Number(name.slice("series".length));
    expect(stored[name]).toEqual(rows.map((_, row) => [at + row, (row + i) % 100]));
  }
});

test("a source that cannot be read is told with its path, and nothing else happens", async () => {
  const gone = await kaleImport(["whisper", join(folder, "gone"), "--data", data]);
  expect(gone.status).toBe(1);
  expect(gone.err).toContain("gone cannot be read");
  expect(gone.err).not.toContain("goes on");
  await writeFile(join(folder, "a.csv"), "what,is,this\n1,2,3\n");
  const headless = await kaleImport(["csv", join(folder, "a.csv"), "--data", data]);
  expect(headless.status).toBe(1);
  expect(headless.err).toContain('names no column "time"');
  const moment = await kaleImport(["csv", "--from", "yesterdayish", "--data", data]);
  expect(moment.status).toBe(2);
  expect(moment.err).toContain("-14d");
});
