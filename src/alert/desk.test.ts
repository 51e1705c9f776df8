import { expect, test } from "vitest";
import type { Episode, EpisodeEvent } from "../model/index.ts";
import { noAlerts, type AlertConfig, type AlertRoute, type QuietHours } from "./alert-config.ts";
import { AlertDesk, type DeskOutput, type DeskSurroundings } from "./desk.ts";
import { ended, episode, noonMs, started } from "./episode.fixture.ts";

const minuteMs = 60_000;

function route(name: string, changes: Partial<AlertRoute> = {}): AlertRoute {
  return {
    name,
    match: { metric: "", pattern: "", tags: {} },
    severity: "minor",
    channels: ["chat"],
    repeatMs: 0,
    expireMs: 0,
    isContinued: false,
    ...changes,
  };
}

/** A desk with a clock that its test moves. */
class Bench {
  readonly desk: AlertDesk;
  nowMs = noonMs + minuteMs;
  last: DeskOutput | undefined;
  #count = 0;

  constructor(config: Partial<AlertConfig>, around: Partial<DeskSurroundings> = {}) {
    this.desk = new AlertDesk(
      { ...noAlerts, routes: [route("all")], ...config },
      {
        reasonToSkip: () => undefined,
        toldUntilMs: () => 0,
        newGroupId: () => `group-${++this.#count}`,
        ...around,
      },
    );
  }

  /** Moves the clock, hands the changes over, and says what came of it: "started all a b". */
  after(passedMs: number, events: readonly EpisodeEvent[] = []): string[] {
    this.nowMs += passedMs;
    this.last = this.desk.take(events, this.nowMs);
    return this.last.notices.map(({ kind, route: name, episodes }) =>
      [kind, name, ...episodes.map((one) => one.name)].join(" "),
    );
  }
}

const a = episode("a");
const b = episode("b", { startedMs: noonMs + 10_000 });

test("a group is gathered, told once, and told when all of it is over", () => {
  const bench = new Bench({});
  expect(bench.after(0, started(a))).toEqual([]);
  expect(bench.after(10_000, started(b))).toEqual([]);
  expect(bench.after(20_000)).toEqual(["started all a b"]);
  expect(bench.after(20_000)).toEqual([]);
  expect(bench.after(minuteMs, ended(b, noonMs + 2 * minuteMs))).toEqual([]);
  expect(bench.after(minuteMs, ended(a, noonMs + 3 * minuteMs))).toEqual(["ended all a b"]);
  expect(bench.last?.notices[0]?.endedMs).toBe(noonMs + 3 * minuteMs);
  expect(bench.desk.openGroupCount).toBe(0);
});

test("metrics that began at other times are another group", () => {
  const bench = new Bench({});
  bench.after(0, started(a));
  bench.after(minuteMs);
  const late = episode("late", { startedMs: noonMs + 10 * minuteMs });
  bench.after(10 * minuteMs, started(late));
  expect(bench.after(minuteMs)).toEqual(["started all late"]);
  expect(bench.desk.openGroupCount).toBe(2);
});

test("what joins a told group is told at most every `updateMs`", () => {
  const bench = new Bench({});
  bench.after(0, started(a));
  bench.after(30_000);
  expect(bench.after(30_000, started(b))).toEqual([]);
  expect(bench.after(4 * minuteMs)).toEqual([]);
  expect(bench.after(minuteMs)).toEqual(["grew all a b"]);
});

test("what lasts is repeated at the route's interval", () => {
  const bench = new Bench({ routes: [route("all", { repeatMs: 60 * minuteMs })] });
  bench.after(0, started(a));
  bench.after(30_000);
  expect(bench.after(59 * minuteMs)).toEqual([]);
  expect(bench.after(minuteMs)).toEqual(["repeated all a"]);
  expect(bench.after(minuteMs)).toEqual([]);
});

test("the first route that matches takes a metric, the next too where it says so", () => {
  const database = { metric: "db.*", pattern: "", tags: {} };
  const bench = new Bench({
    routes: [
      route("database", { match: database, isContinued: true }),
      route("again", { match: database }),
      route("rest"),
    ],
  });
  bench.after(0, started(episode("db.locks"), episode("web.hits")));
  expect(bench.after(minuteMs)).toEqual([
    "started database db.locks",
    "started again db.locks",
    "started rest web.hits",
  ]);
});

test.each([
  ["db.locks", { metric: "db.*", pattern: "", tags: {} }, true],
  ["web.db.locks", { metric: "db.*", pattern: "", tags: {} }, false],
  ["web.fe12.load", { metric: "", pattern: "fe\\d+", tags: {} }, true],
  ["web.fe.load", { metric: "", pattern: "fe\\d+", tags: {} }, false],
  ["load;env=prod;host=x", { metric: "", pattern: "", tags: { env: "prod" } }, true],
  ["load;env=production", { metric: "", pattern: "", tags: { env: "prod" } }, false],
  ["load;env=production", { metric: "", pattern: "", tags: { env: "prod*" } }, true],
  ["load", { metric: "", pattern: "", tags: { env: "prod" } }, false],
])("a route for %s matches by %o: %s", (name, match, isTaken) => {
  const bench = new Bench({ routes: [route("r", { match })] });
  bench.after(0, started(episode(name)));
  expect(bench.after(minuteMs).length).toBe(isTaken ? 1 : 0);
});

test("a milder one does not take the route, until it gets worse", () => {
  const bench = new Bench({ routes: [route("bad", { severity: "critical" })] });
  bench.after(0, started(episode("a", { peak: 20 })));
  expect(bench.after(minuteMs)).toEqual([]);
  bench.after(0, [{ change: "changed", episode: episode("a", { peak: 500 }) }]);
  expect(bench.after(minuteMs)).toEqual(["started bad a"]);
});

test("what is known or silenced is left out, with the reason, once", () => {
  let reason: string | undefined = "known: nightly job";
  const bench = new Bench({}, { reasonToSkip: () => reason });
  expect(bench.after(0, started(a))).toEqual([]);
  expect(bench.last?.skips).toMatchObject([{ episodeId: "id-a", route: "all", reason }]);
  expect(bench.after(2 * minuteMs)).toEqual([]);
  expect(bench.last?.skips).toEqual([]);
  reason = undefined;
  bench.after(2 * minuteMs);
  expect(bench.after(minuteMs)).toEqual(["started all a"]);
});

test("a metric that was told a short while ago is left out until its time has expired", () => {
  const untilMs = noonMs + 30 * minuteMs;
  const bench = new Bench({}, { toldUntilMs: (_, metric) => (metric === "a" ? untilMs : 0) });
  bench.after(0, started(a, b));
  expect(bench.after(minuteMs)).toEqual(["started all b"]);
  expect(bench.after(30 * minuteMs)).toEqual(["grew all a b"]);
});

test("each route repeats an incident at its own interval, and each incident by its own clock", () => {
  const bench = new Bench({
    routes: [
      route("hourly", { repeatMs: 60 * minuteMs, isContinued: true }),
      route("seldom", { repeatMs: 150 * minuteMs, isContinued: true }),
      route("once", { repeatMs: 0 }),
    ],
  });
  const told: string[] = [];
  for (let minute = 0; minute <= 310; minute++) {
    if (minute === 0) bench.after(0, started(a));
    const late = episode("late", { startedMs: noonMs + 31 * minuteMs });
    const notices = bench.after(minute === 0 ? 0 : minuteMs, minute === 30 ? started(late) : []);
    for (const notice of notices) told.push(`${minute} ${notice}`);
  }
  expect(told).toEqual([
    ...["1 started hourly a", "1 started seldom a", "1 started once a"],
    ...["31 started hourly late", "31 started seldom late", "31 started once late"],
    ...["61 repeated hourly a", "91 repeated hourly late", "121 repeated hourly a"],
    ...["151 repeated hourly late", "151 repeated seldom a", "181 repeated hourly a"],
    ...["181 repeated seldom late", "211 repeated hourly late", "241 repeated hourly a"],
    ...["271 repeated hourly late", "301 repeated hourly a", "301 repeated seldom a"],
  ]);
});

test("a metric expires on each route by itself", () => {
  const untilMs = noonMs + 30 * minuteMs;
  const bench = new Bench(
    { routes: [route("mail", { isContinued: true }), route("chat")] },
    { toldUntilMs: (on, metric) => (on === "mail" && metric === "a" ? untilMs : 0) },
  );
  bench.after(0, started(a, b));
  expect(bench.after(minuteMs)).toEqual(["started mail b", "started chat a b"]);
});

const nights: QuietHours = {
  days: [0, 1, 2, 3, 4, 5, 6],
  fromMinute: 11 * 60,
  untilMinute: 13 * 60,
  timeZone: "UTC",
  exceptFrom: "critical",
  routes: [],
};

test("quiet hours hold a notice back until they end", () => {
  const mild = episode("mild", { peak: 16 });
  const bench = new Bench({ quietHours: [nights] });
  bench.after(0, started(mild));
  expect(bench.after(10 * minuteMs)).toEqual([]);
  expect(bench.after(50 * minuteMs)).toEqual(["started all mild"]);
});

test("quiet hours keep what is over before they end, with the reason", () => {
  const mild = episode("mild", { peak: 16 });
  const bench = new Bench({ quietHours: [nights] });
  bench.after(0, started(mild));
  expect(bench.after(10 * minuteMs, ended(mild, noonMs + 11 * minuteMs))).toEqual([]);
  expect(bench.last?.skips).toHaveLength(1);
  expect(bench.after(50 * minuteMs)).toEqual([]);
});

test("quiet hours let pass what is bad enough", () => {
  const bench = new Bench({ quietHours: [nights] });
  bench.after(0, started(episode("bad", { peak: 500 })));
  expect(bench.after(minuteMs)).toEqual(["started all bad"]);
});

test("a desk goes on with the groups it is given", () => {
  const first = new Bench({});
  first.after(0, started(a));
  first.after(minuteMs);
  const groups = first.last?.changed ?? [];
  expect(groups).toHaveLength(1);
  const desk = new AlertDesk(
    { ...noAlerts, routes: [route("all")] },
    { reasonToSkip: () => undefined, toldUntilMs: () => 0, newGroupId: () => "new" },
    groups,
  );
  expect(desk.take(started(a), first.nowMs + 1000).notices).toEqual([]);
  const { notices, closed } = desk.take(ended(a, noonMs + minuteMs), first.nowMs + 2000);
  expect(notices.map(({ kind, groupId }) => [kind, groupId])).toEqual([["ended", "group-1"]]);
  expect(closed).toEqual(["group-1"]);
});

test("a gathered group is divided by incident before it is told, and what comes later joins its own", () => {
  const bench = new Bench({}, { isDivided: true });
  const decided = new Map([
    ["id-a", { key: "one", seenBefore: [] }],
    ["id-b", { key: "two", seenBefore: [] }],
  ]);
  bench.after(0, started(a, b));
  expect(bench.last?.ripe).toEqual([]);
  expect(bench.after(minuteMs)).toEqual([]);
  const pot = bench.last?.ripe[0];
  expect([...(pot?.members.keys() ?? [])]).toEqual(["id-a", "id-b"]);
  const late = episode("late", { startedMs: noonMs + 20_000 });
  // It came while the two were looked at.
  bench.after(1000, started(late));
  expect(bench.desk.divide(pot?.id ?? "", decided).closed).toEqual([]);
  expect(bench.after(0)).toEqual(["started all a", "started all b"]);
  expect(bench.last?.ripe).toHaveLength(1);
  const joined = bench.desk.divide(
    bench.last?.ripe[0]?.id ?? "",
    new Map([["id-late", { key: "two", seenBefore: [] }]]),
  );
  expect(joined.closed).toHaveLength(1);
  expect(bench.after(5 * minuteMs)).toEqual(["grew all b late"]);
  expect(bench.after(0, ended(a, noonMs + 9 * minuteMs))).toEqual(["ended all a"]);
});

test("a storm of metrics is one notice of bounded length that says how many there are", () => {
  const many: Episode[] = Array.from({ length: 3_000 }, (_, i) => episode(`m${i}`));
  const bench = new Bench({});
  bench.after(0, started(...many));
  bench.after(minuteMs);
  const [notice] = bench.last?.notices ?? [];
  expect(notice?.metricCount).toBe(3_000);
  expect(notice?.episodes).toHaveLength(100);
  expect(bench.after(10 * minuteMs)).toEqual([]);
});
