/** Collections of two Kales that share one real OpenSearch. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ManualClock, systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { replicateCollections } from "../src/engine/collections/collection-replica.ts";
import { CollectionSync } from "../src/engine/collections/index.ts";
import { deleteIndex, EngineClient } from "../src/engine/index.ts";
import { type Journal, openJournal } from "../src/journal/index.ts";
import type { Collection, CollectionItem } from "../src/model/index.ts";
import { until } from "./support/kale-process.ts";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "./support/opensearch.ts";
import { describeWith } from "./support/requirements.ts";

const nowMs = 1_764_000_000_000;

interface Site {
  readonly clock: ManualClock;
  readonly journal: Journal;
  agreed: string;
}

describeWith(openSearch, "collections in the search engine", () => {
  let url: string;
  let client: EngineClient;
  let prefix: string;
  let folders: string[] = [];
  let sites: Site[] = [];

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
  }, openSearchPatienceMs);
  beforeEach(() => {
    prefix = uniquePrefix();
    sites = [openSite(0), openSite(500)];
  });
  afterEach(async () => {
    for (const { journal } of sites) journal.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
    folders = [];
    await removeByPrefix(url, prefix);
  });
  afterAll(() => {
    client.close();
  });

  /** Clocks differ, so that ids and times do. */
  function openSite(aheadMs: number): Site {
    const folder = mkdtempSync(join(tmpdir(), "kale-collections-"));
    folders.push(folder);
    const clock = new ManualClock(nowMs + aheadMs);
    const journal = openJournal(join(folder, "journal.db"), { clock, logger: silentLogger });
    return { clock, journal, agreed: "" };
  }

  const partsOf = (site: Site) => ({
    client,
    prefix,
    collections: site.journal.collections,
    readAgreed: () => site.agreed,
    writeAgreed: (text: string) => {
      site.agreed = text;
    },
    clock: site.clock,
  });

  async function round(...of: readonly Site[]) {
    const outcomes = [];
    for (const site of of) outcomes.push(await replicateCollections(partsOf(site)));
    return outcomes;
  }

  function save(site: Site, name: string): Collection {
    site.clock.advance(1000);
    const outcome = site.journal.collections.create({ name, note: "why", items: [item] });
    if (!outcome.ok) throw new Error(outcome.fault);
    return outcome.collection;
  }

  const contents = ({ journal: { collections } }: Site): (Collection | undefined)[] =>
    collections.list().map(({ id }) => collections.get(id));

  test("are the same in both, to the last sample, and then nothing is done", async () => {
    const [first, second] = sites as [Site, Site];
    const disk = save(first, "disk full");
    const load = save(second, "load");
    await round(first, second, first);
    expect(contents(first)).toEqual([disk, load]);
    expect(contents(second)).toEqual([disk, load]);
    const nothing = { writtenCount: 0, takenCount: 0 };
    expect(await round(first, second)).toEqual([nothing, nothing]);
  });

  test("come back into an empty data folder", async () => {
    const [first] = sites as [Site, Site];
    const made = [save(first, "a"), save(first, "b")];
    await round(first);
    const fresh = openSite(9000);
    sites.push(fresh);
    await round(fresh);
    expect(contents(fresh)).toEqual(made);
  });

  test("changed and deleted on one side are on the other, and of two changes the later wins", async () => {
    const [first, second] = sites as [Site, Site];
    const [a, b, c] = ["a", "b", "c"].map((name) => save(first, name)) as [
      Collection,
      Collection,
      Collection,
    ];
    await round(first, second);
    first.journal.collections.remove(a.id);
    first.clock.advance(5000);
    first.journal.collections.change(b.id, { name: "b of first" });
    second.clock.advance(60_000);
    second.journal.collections.change(b.id, { name: "b of second" });
    second.journal.collections.change(c.id, { add: [item] });
    await round(first, second, first);
    expect(contents(first)).toEqual(contents(second));
    expect(contents(first).map((each) => each?.name)).toEqual(["b of second", "c"]);
    expect(contents(first)[1]?.items.length).toBe(2);
  });

  test("survive an index that is gone, and keep apart what has one name", async () => {
    const [first, second] = sites as [Site, Site];
    save(first, "same");
    await round(first);
    save(second, "same");
    await round(second);
    expect(contents(second).map((each) => each?.name)).toEqual(["same", "same (2)"]);
    await deleteIndex(client, `${prefix}-collections`);
    await round(first, second, first);
    expect(contents(first).length).toBe(2);
    expect(contents(second).length).toBe(2);
  });

  test("CollectionSync writes a change by itself, and goes on after the engine was away", async () => {
    const [first, second] = sites as [Site, Site];
    const away = new EngineClient({ nodes: ["http://127.0.0.1:1"], clock: systemClock });
    const parts = { ...partsOf(first), clock: systemClock };
    const sync = new CollectionSync(parts, silentLogger);
    const blind = new CollectionSync({ ...parts, client: away }, silentLogger);
    try {
      blind.start();
      await until(() => blind.state.problem !== "", 30_000);
      expect(blind.state.agreedMs).toBe(null);
      sync.start();
      await until(() => sync.state.agreedMs !== null, 60_000);
      const firstAgreedMs = sync.state.agreedMs ?? 0;
      const made = save(first, "soon there");
      await until(() => (sync.state.agreedMs ?? 0) > firstAgreedMs, 60_000);
      await round(second);
      expect(contents(second)).toEqual([made]);
    } finally {
      await sync.stop();
      await blind.stop();
      away.close();
    }
  }, 180_000);
});

const item: CollectionItem = {
  name: "disk.used;host=fe1",
  range: { fromMs: nowMs - 60_000, untilMs: nowMs },
  timesMs: [nowMs - 60_000, nowMs - 1],
  values: [0.1 + 0.2, -1.7e308],
};
