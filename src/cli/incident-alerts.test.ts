/** What the page shows as one incident is one alert: both ask one book. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAlertOffice, readAlertConfig } from "../alert/index.ts";
import { ManualClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { openJournal } from "../journal/index.ts";
import type { Episode, SampleColumns, SeenBefore } from "../model/index.ts";
import { IncidentBook } from "../webapp/index.ts";

const minuteMs = 60_000;
const beganMs = 1_764_000_000_000;

type Move = (minute: number) => number;

const waver = (minute: number): number => ((((minute * 7919) % 13) + 13) % 13) / 13;
const step: Move = (minute) => waver(minute) + (minute >= 0 ? 9 : 0);
/** Up and down again and again. */
const saw: Move = (minute) => waver(minute + 5) + (minute >= 0 ? (minute % 2 === 0 ? 9 : -9) : 0);

interface Told {
  readonly kind: string;
  readonly group: string;
  readonly title: string;
  readonly subject: string;
  readonly seenBefore: unknown;
  readonly metrics: readonly { readonly name: string }[];
}

let receiver: Server;
let told: Told[];
const closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  told = [];
  receiver = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes: Buffer) => (text += bytes.toString()));
    request.on("end", () => {
      told.push(JSON.parse(text) as Told);
      response.end();
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  receiver.closeAllConnections();
  receiver.close();
});

/** An office, a journal and a book beside metrics that move as said. */
function openSite(
  moves: ReadonlyMap<string, Move>,
  { read, seen = [] }: { read?: () => Promise<undefined>; seen?: readonly SeenBefore[] } = {},
) {
  const clock = new ManualClock(beganMs + 4 * minuteMs);
  const journal = openJournal(":memory:", { clock, logger: silentLogger });
  closers.push(() => {
    journal.close();
  });
  const samplesOf = (name: string): Promise<SampleColumns | undefined> => {
    const timesMs = Float64Array.from({ length: 64 }, (_, i) => beganMs + (i - 60) * minuteMs);
    const values = timesMs.map((timeMs) => moves.get(name)!((timeMs - beganMs) / minuteMs));
    return Promise.resolve({ timesMs, values });
  };
  const book = new IncidentBook({
    episodes: journal,
    series: { read: read ?? samplesOf },
    seenBefore: {
      seenBefore: () => Promise.resolve(seen),
      shapeSeenBefore: () => Promise.resolve(seen),
    },
    logger: silentLogger,
  });
  const { port } = receiver.address() as AddressInfo;
  const reading = readAlertConfig({
    channels: { hook: { type: "webhook", url: `http://127.0.0.1:${port}/` } },
    routes: [{ name: "all", channels: ["hook"] }],
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  let count = 0;
  const office = openAlertOffice({
    ...{ config: reading.config, path: ":memory:", episodes: journal, incidents: book },
    ...{ tickMs: 20, newId: () => `group-${++count}`, clock, logger: silentLogger },
  });
  closers.push(() => office.close());
  return {
    book,
    /** Tells of them all, and waits for so many messages. */
    begin: async (names: readonly string[], messageCount: number): Promise<void> => {
      const events = names.map((name, i) => ({
        change: "started" as const,
        episode: episode(name, beganMs + (i % 3) * 1000),
      }));
      journal.record(events);
      office.take(events);
      await vi.waitFor(
        () => {
          clock.advance(10_000);
          expect(told).toHaveLength(messageCount);
        },
        { timeout: 30_000, interval: 50 },
      );
    },
  };
}

function episode(name: string, startedMs: number): Episode {
  return {
    ...{ id: name, name, startedMs, lastSeenMs: beganMs + 3 * minuteMs, endedMs: null },
    ...{ endReason: null, before: 1, observed: 9, peak: 9, peakMs: startedMs },
    ...{ expected: { lower: 0, upper: 2 }, checks: [], voteCount: 0, sentence: "1 → 9" },
  };
}

const namesOf = (members: readonly { readonly name: string }[]): string =>
  members
    .map(({ name }) => name)
    .toSorted()
    .join(" ");

test("two outages of different shape at the same minute are two rows of the page and two messages", async () => {
  const moves = new Map([
    ["web1.errors", step],
    ["web2.errors", step],
    ["db1.locks", saw],
    ["db2.locks", saw],
  ]);
  const { begin, book } = openSite(moves);
  await begin([...moves.keys()], 2);
  const expected = ["db1.locks db2.locks", "web1.errors web2.errors"];
  expect(told.map(({ metrics }) => namesOf(metrics)).toSorted()).toEqual(expected);
  expect(told[0]?.group).not.toBe(told[1]?.group);
  expect((await book.active()).map(({ members }) => namesOf(members)).toSorted()).toEqual(expected);
});

test("one outage of twelve metrics is one message that says how much it is and what it looks like", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `host.app${(i % 3) + 1}.load${i}`);
  const saved = { collectionId: "c", collectionName: "disk <full>", itemName: "x", likeness: 93.4 };
  const { begin, book } = openSite(new Map(names.map((name) => [name, step])), {
    seen: [{ ...saved, range: { fromMs: 0, untilMs: 1 } }],
  });
  await begin(names, 1);
  expect(told[0]).toMatchObject({
    title: "12 metrics on 3 hosts",
    subject: "Kale: major: abnormal: 12 metrics on 3 hosts, first host.app1.load0",
    seenBefore: [{ name: "disk <full>", likeness: 93.4 }],
  });
  expect(told[0]?.metrics[0]?.name).toBe("host.app1.load0");
  expect((await book.active()).map(({ title }) => title)).toEqual(["12 metrics on 3 hosts"]);
});

test("where shapes cannot be read in time alerts go by time alone, as the page does", async () => {
  const moves = new Map([
    ["web1.errors", step],
    ["db1.locks", saw],
  ]);
  const { begin, book } = openSite(moves, { read: () => new Promise(() => undefined) });
  await begin([...moves.keys()], 1);
  expect((await book.active()).map(({ members }) => namesOf(members))).toEqual([
    "db1.locks web1.errors",
  ]);
});
