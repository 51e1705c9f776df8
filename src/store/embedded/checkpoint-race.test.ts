/** What is written while a checkpoint is being made, and then a kill at its worst moment. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realDisk, type Disk } from "../log/disk.ts";
import {
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
afterEach(async () => {
  await folder.end();
});

/** The real disk, with something to do as the checkpoint is begun, and once it is in its place. */
function watchedDisk(watch: { begun(): Promise<void>; placed(): Promise<void> }): Disk {
  return {
    ...realDisk,
    open: async (path, mode) => {
      const file = await realDisk.open(path, mode);
      if (mode === "create" && path.endsWith("checkpoint.kale.tmp")) await watch.begun();
      return file;
    },
    rename: async (from, to) => {
      await realDisk.rename(from, to);
      if (to.endsWith("checkpoint.kale")) await watch.placed();
    },
  };
}

test.each([
  { name: "fill the open chunk", lateCount: 0, newCount: 10 },
  { name: "fill the chunk after late ones", lateCount: 6, newCount: 10 },
])(
  "committed samples outlive a kill right after a checkpoint while others $name",
  async ({ lateCount, newCount }) => {
    const store = await openSmall(join(folder.path, "store"), {
      commitIntervalMs: 60_000,
      disk: watchedDisk({
        // Seals the chunk that holds the committed samples, but commits nothing.
        begun: () =>
          store.write(
            rowsOf("a", testNowMs + 12 * minuteMs, { count: newCount, stepMs: minuteMs }),
          ),
        placed: () =>
          cp(join(folder.path, "store"), join(folder.path, "killed"), { recursive: true }),
      }),
    });
    // A sealed chunk first, so that there is something to be late against.
    await store.write(rowsOf("a", testNowMs - 60 * minuteMs, { count: 16, stepMs: minuteMs }));
    await store.write(rowsOf("a", testNowMs, { count: 12, stepMs: minuteMs, plus: 100 }));
    await store.write(
      rowsOf("a", testNowMs - 60 * minuteMs + 7000, { count: lateCount, stepMs: minuteMs }),
    );
    await store.commit();
    const committed = pairsOf(await store.read("a", always));
    expect(committed).toHaveLength(28 + lateCount);
    await store.checkpoint();

    const again = await openSmall(join(folder.path, "killed"));
    const found = new Map(pairsOf(await again.read("a", always)));
    expect(committed.filter(([timeMs, value]) => found.get(timeMs) !== value)).toEqual([]);
    expect(again.stats().faults).toEqual([]);
    await again.close();
    await store.close();
  },
);
