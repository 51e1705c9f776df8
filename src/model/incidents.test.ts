import { expect, test } from "vitest";
import type { Episode } from "./episode.ts";
import { groupIncidents, hostOf } from "./incidents.ts";
import { onsetRange, type OnsetShape, onsetShapeOf } from "./onset-shapes.ts";

const minuteMs = 60_000;

function episode(name: string, minute: number, endMinute: number | null = null): Episode {
  return {
    id: `${name}-${minute}`,
    name,
    startedMs: minute * minuteMs,
    lastSeenMs: minute * minuteMs,
    endedMs: endMinute === null ? null : endMinute * minuteMs,
    endReason: endMinute === null ? null : "calm",
    before: 1,
    observed: 9,
    peak: 9,
    peakMs: minute * minuteMs,
    expected: null,
    checks: [],
    voteCount: 0,
    sentence: "1 → 9",
  };
}

test("groupIncidents() makes one row of what began together, earliest first, and says how much it is", () => {
  const [incident, ...others] = groupIncidents([
    episode("host.app2.load", 102),
    episode("host.app1.load", 100),
    episode("web.latency", 104),
    episode("host.app1.cpu", 101),
  ]);
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    id: "host.app1.load-100",
    title: "4 metrics on 2 hosts",
    hosts: ["app1", "app2"],
    startedMs: 100 * minuteMs,
    endedMs: null,
  });
  expect(incident!.members.map(({ name }) => name)).toEqual([
    "host.app1.load",
    "host.app1.cpu",
    "host.app2.load",
    "web.latency",
  ]);
});

test.each([
  ["began later than three minutes after the newest", [episode("a", 0), episode("b", 4)], 2],
  [
    "began later than a quarter of an hour after the first",
    [0, 3, 6, 9, 12, 15, 18].map((at) => episode(`m${at}`, at)),
    2,
  ],
  ["began when the others were over", [episode("a", 0, 1), episode("b", 3)], 2],
  ["were short and began within a minute", [episode("a", 0, 0), episode("b", 1)], 1],
  [
    "were marked as normal",
    [
      episode("a", 0),
      {
        ...episode("b", 0),
        known: { feedbackId: "f", kind: "normal", label: "", likeness: 90 } as const,
      },
    ],
    2,
  ],
  ["are none", [], 0],
])("groupIncidents() and anomalies that %s", (...[, episodes, count]) => {
  expect(groupIncidents(episodes)).toHaveLength(count);
});

test("groupIncidents() ends when the last of its anomalies has", () => {
  const [incident] = groupIncidents([episode("a", 0, 30), episode("b", 1, 20)]);
  expect(incident?.endedMs).toBe(30 * minuteMs);
});

test.each([
  ["disk.used;datacenter=dc1;host=fe1", "fe1"],
  ["servers.web-3.cpu.user", "web-3"],
  ["database.db2.query_ms.p99", "db2"],
  ["shop.orders.completed_per_minute", undefined],
  ["payment.north.latency_ms.p95", undefined],
])("hostOf(%j) is %j", (name, host) => {
  expect(hostOf(name)).toBe(host);
});

/** What a metric did in each minute around the beginning of its anomaly. */
function shapesOf(
  moves: readonly (readonly [Episode, (minute: number) => number])[],
): ReadonlyMap<string, OnsetShape> {
  return new Map(
    moves.map(([given, valueAt]) => {
      const { fromMs } = onsetRange(given);
      const timesMs = Float64Array.from({ length: 30 }, (_, i) => fromMs + i * minuteMs);
      const values = timesMs.map((timeMs) => valueAt(timeMs / minuteMs));
      return [given.id, onsetShapeOf(given, { timesMs, values })];
    }),
  );
}

const waver = (minute: number): number => ((minute * 7919) % 13) / 13;
const step = (minute: number): number => waver(minute) + (minute >= 100 ? 9 : 0);
const fall = (minute: number): number => 1e6 - 40 * step(minute);
const spike = (minute: number): number => waver(minute + 5) + (minute === 100 ? 30 : 0);

test("groupIncidents() keeps apart what began together and moves otherwise", () => {
  const [a, b, c, d] = [
    episode("web1.requests", 100),
    episode("web1.free", 101),
    episode("db1.locks", 100),
    episode("db2.locks", 102),
  ] as const;
  const shapes = shapesOf([
    [a, step],
    [b, fall],
    [c, spike],
    [d, spike],
  ]);
  const namesOf = (given: ReadonlyMap<string, OnsetShape>): string[] =>
    groupIncidents([a, b, c, d], given)
      .map(({ members }) => members.map(({ name }) => name).join(" "))
      .toSorted();
  expect(namesOf(shapes)).toEqual(["db1.locks db2.locks", "web1.requests web1.free"]);
  // What nothing is known of goes by time.
  expect(namesOf(new Map())).toHaveLength(1);
  expect(namesOf(shapesOf([[a, step]]))).toHaveLength(1);
  expect(
    namesOf(
      shapesOf([
        [a, () => 5],
        [c, spike],
      ]),
    ),
  ).toHaveLength(1);
});

test("groupIncidents() keeps together what was told as one, whatever it does later, and apart what was not", () => {
  const [a, b, c] = [episode("a", 100), episode("b", 101), episode("c", 101)] as const;
  const shapes = shapesOf([
    [a, step],
    [b, spike],
    [c, step],
  ]);
  const held = new Map([
    [a.id, "one"],
    [b.id, "one"],
    [c.id, "two"],
  ]);
  const rows = (given?: ReadonlyMap<string, string>): string[] =>
    groupIncidents([a, b, c], shapes, given).map(({ members }) =>
      members.map(({ name }) => name).join(" "),
    );
  expect(rows().toSorted()).toEqual(["a c", "b"]);
  expect(rows(held).toSorted()).toEqual(["a b", "c"]);
  // What nobody was told of yet joins what it moves like.
  expect(rows(new Map([[b.id, "one"]])).toSorted()).toEqual(["a c", "b"]);
});

test("groupIncidents() makes bounded work of a storm in which everything moves otherwise", () => {
  const storm = Array.from({ length: 3_000 }, (_, i) => episode(`m${i}`, 100 + (i % 4)));
  const moves = storm.map(
    (given, i) => [given, (m: number) => (m * (i + 3) * 7919) % 101] as const,
  );
  const incidents = groupIncidents(storm, shapesOf(moves));
  expect(incidents.reduce((sum, { members }) => sum + members.length, 0)).toBe(3_000);
  expect(incidents.length).toBeLessThanOrEqual(16);
});
