import { copyFile, cp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { batchOf } from "../../model/index.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  openSmall,
  pairsOf,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "./small-store.fixture.ts";

const always = { fromMs: 0, untilMs: 2 ** 47 };
let folder: TestFolder;

beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.end());

/** What a killed process leaves: the files as they are, with nothing closed. */
async function copyAsKilled(): Promise<TestFolder> {
  const copy = await makeFolder();
  await cp(folder.path, copy.path, { recursive: true });
  return copy;
}

async function filesOf(path: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(path, { recursive: true });
  return names.filter((name) => pattern.test(name)).sort();
}

function messagesOf(store: EmbeddedStore): string[] {
  return store.stats().faults.map(({ message }) => message);
}

test("a killed store gives back all that was committed, without a close", async () => {
  const store = await openSmall(folder.path);
  await store.write(rowsOf("a", testNowMs - hourMs, { count: 100, stepMs: 10_000 }));
  await store.commit();
  const killed = await copyAsKilled();
  await store.close();

  const again = await openSmall(killed.path);
  expect(pairsOf(await again.read("a", always))).toHaveLength(100);
  expect(again.stats().faults).toEqual([]);
  await again.close();
  await killed.end();
});

test("wherever the last write was cut off, all before it is there and nothing is complained of", async () => {
  const store = await openSmall(folder.path);
  await store.write(rowsOf("a", testNowMs - hourMs, { count: 50, stepMs: 10_000 }));
  await store.commit();
  const [log = ""] = await filesOf(folder.path, /^samples-/);
  const committedBytes = (await stat(join(folder.path, log))).size;
  await store.write(
    batchOf([
      ["a", testNowMs, -7],
      ["b", testNowMs, 1.25],
    ]),
  );
  await store.commit();
  const killed = await copyAsKilled();
  await store.close();

  const path = join(killed.path, log);
  const wholeBytes = (await stat(path)).size;
  expect(wholeBytes).toBeGreaterThan(committedBytes + 24);
  const whole = await readFile(path);
  for (let cutBytes = committedBytes; cutBytes < wholeBytes; cutBytes++) {
    await writeFile(path, whole);
    await truncate(path, cutBytes);
    const again = await openSmall(killed.path);
    const rows = pairsOf(await again.read("a", always));
    expect(rows.slice(0, 50).map(([, value]) => value)).toEqual([...Array(50).keys()]);
    expect(again.stats().faults, `cut at ${cutBytes}`).toEqual([]);
    await again.close();
    // The next life has files of its own: take them away, so that each cut meets the same folder.
    await copyFile(join(folder.path, log), path).catch(() => undefined);
    for (const name of await filesOf(killed.path, /^samples-/)) {
      if (name !== log) await truncate(join(killed.path, name), 0);
    }
  }
  await killed.end();
});

describe("a flipped bit", () => {
  /** Enough that each kind of file holds many records. */
  async function fill(): Promise<{ sampleCount: number }> {
    const clock = new ManualClock(testNowMs - 6 * hourMs);
    const store = await openSmall(folder.path, { clock });
    let sampleCount = 0;
    for (let round = 0; round < 24; round++) {
      for (let series = 0; series < 40; series++) {
        const first = clock.nowMs();
        await store.write(
          rowsOf(`s${series}`, first, { count: 15, stepMs: minuteMs, plus: round }),
        );
        sampleCount += 15;
      }
      clock.advance(15 * minuteMs);
      if (round === 22) {
        await store.maintain();
        await store.checkpoint();
      } else await store.commit();
    }
    await store.write(batchOf([["s0", testNowMs - 30 * hourMs, 1]]));
    await store.commit();
    await copyKilled(store);
    return { sampleCount };
  }

  let killed: TestFolder;
  async function copyKilled(store: EmbeddedStore): Promise<void> {
    killed = await copyAsKilled();
    await store.close();
  }

  test.each([
    ["the sample log", /^samples-/],
    ["the chunk log", /^chunks-/],
    ["the checkpoint", /^checkpoint[.]kale$/],
    ["an archive", /^archive.block-/],
  ])(
    "in %s costs little, is told with file and offset, and is set aside",
    async (unused, pattern) => {
      const { sampleCount } = await fill();
      const names = await filesOf(killed.path, pattern);
      expect(names.length).toBeGreaterThan(0);
      const random = seededRandom(77);
      let foundCount = 0;
      for (let turn = 0; turn < 12; turn++) {
        const life = await makeFolder();
        await cp(killed.path, life.path, { recursive: true });
        const path = join(life.path, names[nextInteger(random, names.length)]!);
        const bytes = await readFile(path);
        const at = nextInteger(random, bytes.length);
        bytes[at]! ^= 1 << nextInteger(random, 8);
        await writeFile(path, bytes);

        const store = await openSmall(life.path);
        let servedCount = 0;
        for (let series = 0; series < 40; series++) {
          const columns = await store.read(`s${series}`, always);
          servedCount += columns?.timesMs.length ?? 0;
        }
        // The smallest thing that can be lost is a frame; here none holds a quarter of everything.
        expect(servedCount, `byte ${at} of ${path}`).toBeGreaterThan(sampleCount * 0.7);
        const told = messagesOf(store).filter((message) => message.includes(path));
        if (told.length > 0) {
          foundCount += 1;
          expect(told[0]).toMatch(/offset \d+/);
          expect(await filesOf(life.path, /^quarantine.+@\d+$/)).not.toEqual([]);
        }
        // And it takes samples as ever.
        await store.write(batchOf([["after", testNowMs, 1]]));
        await store.commit();
        await store.close();
        await life.end();
      }
      expect(foundCount).toBeGreaterThanOrEqual(pattern.source.includes("archive") ? 6 : 10);
      await killed.end();
    },
  );

  test("in the only name of a series leaves the others alone", async () => {
    const store = await openSmall(folder.path);
    await store.write(batchOf([["first", testNowMs, 1]]));
    await store.commit();
    await store.write(batchOf([["second", testNowMs, 2]]));
    await store.commit();
    await copyKilled(store);
    const [log = ""] = await filesOf(killed.path, /^samples-/);
    const path = join(killed.path, log);
    const bytes = await readFile(path);
    bytes[bytes.indexOf("first")]! ^= 1;
    await writeFile(path, bytes);

    const again = await openSmall(killed.path);
    expect(await again.read("first", always)).toBeUndefined();
    expect(pairsOf(await again.read("second", always))).toEqual([[testNowMs, 2]]);
    expect(
      again
        .stats()
        .faults.map(({ code }) => code)
        .sort(),
    ).toEqual(["corrupt-record", "unnamed-samples"]);
    await again.close();
    await killed.end();
  });
});

test("a file that is nothing but noise does not stop a start", async () => {
  const store = await openSmall(folder.path);
  await store.write(batchOf([["a", testNowMs, 1]]));
  await store.close();
  const random = seededRandom(3);
  const noise = Uint8Array.from({ length: 5000 }, () => nextInteger(random, 256));
  await writeFile(join(folder.path, "chunks-00000001.log"), noise);
  await writeFile(join(folder.path, "samples-00000099.log"), noise);
  await writeFile(join(folder.path, "archive", "block-0-3600000-1.kale"), noise);
  const again = await openSmall(folder.path);
  expect(pairsOf(await again.read("a", always))).toEqual([[testNowMs, 1]]);
  await again.close();
});

// Written by this program as it was before version 2 of the sample log: rows of one form only.
const firstVersion = {
  "checkpoint.kale":
    "S0FMRUNLUFQBAAAAzFDepcdLRhodAAAAnR8lqgQAAAAAAAAAAAAATBo3DHpCAABMGjcMekIBAAAAx0tGGh0AAADVrSps" +
    "BgAAAAAAAAAAAABMGjcMekIAAEwaNwx6QgEAAAA=",
  "samples-00000001.log":
    "S0FMRVNMT0cBAAAAdQICycdLRhoPAAAAdqFTfgEBBW9sZC5hAgVvbGQuYsdLRhp2AAAAM4YJ/gIAAAAAAADwPwAATBo3" +
    "DHpCCYCRusSYaAAAoJwBAAAAAAAAAIACoJwBrAICoJwBwQMDoJwBAgCgnAGcdQCIPOQ3fgCgnAEAAAAAAABAQwGgnAEN" +
    "AqCcAZyF4wsAoJwBNDMzMzMz0z8J0NI9CgHQDwwFv43/ZlQ=",
} as const;

test("a sample log of version 1 is read as it was written, and written on beside", async () => {
  for (const [name, base64] of Object.entries(firstVersion)) {
    await writeFile(join(folder.path, name), Buffer.from(base64, "base64"));
  }
  const values = [0, -0, 1.5, -2.25, 0.001, 1e300, 2 ** 53, -7, 123456.78, 0.1 + 0.2];
  const wanted: (readonly [number, number])[] = [
    [testNowMs - 30 * hourMs, 42],
    ...values.map((value, i) => [testNowMs - 10 * minuteMs + i * 10_000, value] as const),
  ];
  let store = await openSmall(folder.path);
  for (let start = 0; start < 2; start++) {
    expect(store.stats().faults).toEqual([]);
    expect(pairsOf(await store.read("old.a", always))).toEqual(wanted);
    expect(pairsOf(await store.read("old.b", always)).slice(0, 2)).toEqual([
      [testNowMs - 5_000, 5],
      [testNowMs - 4_000, 6],
    ]);
    await store.write(batchOf([["old.b", testNowMs + start, start]]));
    await store.close();
    store = await openSmall(folder.path);
  }
  expect(pairsOf(await store.read("old.b", always))).toHaveLength(4);
  await store.close();
});

test("a file of a newer format is refused by name, and left as it is", async () => {
  const store = await openSmall(folder.path);
  await store.write(batchOf([["a", testNowMs, 1]]));
  await store.close();
  const path = join(folder.path, "samples-00000001.log");
  const { crc32 } = await import("node:zlib");
  const bytes = await readFile(path);
  bytes.writeUInt32LE(99, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  await writeFile(path, bytes);
  await expect(openSmall(folder.path)).rejects.toMatchObject({ code: "STORE_FORMAT" });
  expect(await readFile(path)).toEqual(bytes);
});

test.each(["chunks", "samples"])(
  "a %s file that was killed before its header was whole is no damage, at this start or later",
  async (prefix) => {
    for (const bytes of [0, 1, 15]) {
      let store = await openSmall(folder.path);
      await store.write(rowsOf("a", testNowMs, { count: 40, stepMs: minuteMs }));
      await store.close();
      const names = (await readdir(folder.path)).filter((name) => name.startsWith(prefix)).sort();
      const last = names.at(-1)!;
      const next = `${prefix}-${String(Number(last.slice(-12, -4)) + 1).padStart(8, "0")}.log`;
      const header = await readFile(join(folder.path, last));
      await writeFile(join(folder.path, next), header.subarray(0, bytes));

      for (let start = 0; start < 3; start++) {
        store = await openSmall(folder.path);
        expect(store.stats().faults).toEqual([]);
        expect(pairsOf(await store.read("a", always)).length).toBeGreaterThanOrEqual(40);
        const fromMs = testNowMs + (start + 1) * 60 * minuteMs;
        await store.write(rowsOf("a", fromMs, { count: 40, stepMs: minuteMs }));
        await store.close();
      }
    }
  },
);
