import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { openJournal } from "../journal/index.ts";
import { batchOf, type SampleColumns } from "../model/index.ts";
import { DataFolder, EmbeddedStore } from "../store/index.ts";
import { testIo } from "./command.fixture.ts";
import { rulesCommand } from "./rules.ts";

const minuteMs = 60_000;
const startMs = 1_780_272_000_000;
const clock = new ManualClock(startMs + 2 * 1_440 * minuteMs);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-offline-"));
  writeFileSync(join(folder, "rules.yaml"), "- {match: 'web.*', least-duration: 20m}\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two days, a quarter of an hour of the second out. */
function samples(): SampleColumns {
  const random = seededRandom(9);
  const timesMs = Float64Array.from({ length: 2_880 }, (_, i) => startMs + i * minuteMs);
  const values = timesMs.map(
    (...[, i]) => 50 + 3 * random.next() + (i > 2_000 && i <= 2_015 ? 90 : 0),
  );
  return { timesMs, values };
}

function writeCsv(name: string): string {
  const { timesMs, values } = samples();
  const rows = Array.from(timesMs, (timeMs, i) => `${timeMs / 1000},${values[i]!}`);
  const path = join(folder, name);
  writeFileSync(path, `timestamp,value\n${rows.join("\n")}\n`);
  return path;
}

/** A data folder as a Kale that has ended leaves it. */
async function writeFolder(): Promise<string> {
  const path = join(folder, "data");
  const data = DataFolder.open(path, { shardCount: 1, clock });
  const store = await EmbeddedStore.open(data.shardFolder(0), { clock, logger: silentLogger });
  const { timesMs, values } = samples();
  for (const name of ["web.a", "web.b"]) {
    await store.write(batchOf(Array.from(timesMs, (timeMs, i) => [name, timeMs, values[i]!])));
  }
  await store.close();
  const journal = openJournal(join(path, "journal.sqlite"), { clock, logger: silentLogger });
  journal.rules.write({ text: "- {match: web.b, direction: up}\n", by: "ann", changedMs: startMs });
  journal.feedback.add({
    ...{ kind: "normal", episodeId: "other", name: "web.b", pattern: "web.b" },
    ...{ label: "nightly", by: "ann" },
    shape: { stepMs: minuteMs, leadCount: 15, values: [...values.slice(1_986, 2_016)] },
  });
  journal.close();
  data.close();
  return path;
}

async function run(
  ...args: readonly string[]
): Promise<{ status: number; out: string; err: string }> {
  const { io, out, err } = testIo({ clock });
  const status = await rulesCommand.run(["test", ...args], io);
  return { status, out: out(), err: err() };
}

function filesOf(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted();
  return names
    .filter((name) => name !== "lock.sqlite" && statSync(join(path, name)).isFile())
    .map((name) => {
      const hash = createHash("sha256").update(readFileSync(join(path, name)));
      return `${name} ${hash.digest("hex")}`;
    });
}

test("kale rules test tries rules on CSV files, each a series of its name", async () => {
  const paths = [writeCsv("web.a.csv"), writeCsv("db.a.csv")];
  const { status, out, err } = await run("--rules", join(folder, "rules.yaml"), ...paths);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(JSON.parse(out)).toMatchObject({
    ...{ matched: 2, affected: 1, tried: 1, leftOut: 1, added: 0, both: 0, known: 0 },
    anomalies: [{ fate: "left-out", name: "web.a", started: startMs / 1000 + 2_001 * 60 }],
  });
});

test("kale rules test reads a data folder without changing it, with what was kept and said there", async () => {
  const data = await writeFolder();
  const before = filesOf(data);
  const { status, out, err } = await run("--rules", join(folder, "rules.yaml"), "--data", data);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  // web.b is told under neither: it was marked as normal.
  expect(JSON.parse(out)).toMatchObject({
    ...{ matched: 2, affected: 2, tried: 2, leftOut: 1, added: 0, both: 0 },
    anomalies: [{ fate: "left-out", name: "web.a" }],
  });
  expect(filesOf(data)).toEqual(before);
  writeFileSync(join(folder, "all.yaml"), "- {match: 'web.*', least-relative: 0.2}\n");
  const all = await run("--rules", join(folder, "all.yaml"), "--data", data);
  expect(JSON.parse(all.out)).toMatchObject({ both: 1, leftOut: 0, known: 1 });
});

test("kale rules test says who holds a data folder, and what is no data folder", async () => {
  const data = await writeFolder();
  const held = DataFolder.open(data, { shardCount: 1, clock });
  const rules = join(folder, "rules.yaml");
  try {
    const { status, err } = await run("--rules", rules, "--data", data);
    expect(status).toBe(1);
    expect(err).toContain(`is held by process ${process.pid}`);
  } finally {
    held.close();
  }
  const none = await run("--rules", rules, "--data", join(folder, "nowhere"));
  expect(none.err).toContain("is no data folder of Kale");
  writeFileSync(join(folder, "wrong.csv"), "values\n1\n");
  const wrong = await run("--rules", rules, join(folder, "wrong.csv"));
  expect(wrong.err).toContain("the first line must be the header timestamp,value");
  await expect(run("--rules", rules, "--data", data, "x.csv")).rejects.toThrow(/either --data/);
});
