import { expect, test } from "vitest";
import { finish } from "../../base/steps.ts";
import { countNameParts, type DatedName, mergeCardinality } from "./cardinality.ts";

const hourMs = 3_600_000;
const nowMs = 1_700_000_000_000;
const options = { nowMs, windowMs: 24 * hourMs };
const old = nowMs - 24 * hourMs;

function count(names: readonly DatedName[]): ReturnType<typeof mergeCardinality> {
  return finish(countNameParts(names, options));
}

test("countNameParts() counts prefixes, tags and their values, and what is new", () => {
  const names = [
    { name: "web.host1.cpu.user", oldestMs: old },
    { name: "web.host1.cpu.idle", oldestMs: nowMs - 60_000 },
    { name: "web.host2.cpu", oldestMs: nowMs - 3 * hourMs },
    { name: "http;code=200;path=/a", oldestMs: old },
    { name: "http;code=200;path=/b", oldestMs: nowMs - 1 },
    { name: "alone", oldestMs: Number.NaN },
  ];
  const { parts, seriesCount, isWhole } = count(names);
  expect([seriesCount, isWhole]).toEqual([6, true]);
  const rows = parts.map((part) => [
    ...[part.kind, part.text, part.seriesCount],
    ...[part.newHourCount, part.newDayCount, part.valueCount],
  ]);
  expect(rows).toEqual([
    ["path", "web", 3, 1, 2, 2],
    ["tag-key", "code", 2, 1, 1, 1],
    ["tag", "code=200", 2, 1, 1, 0],
    ["tag-key", "path", 2, 1, 1, 2],
    ["path", "web.host1", 2, 1, 1, 1],
    ["path", "web.host1.cpu", 2, 1, 1, 0],
    ["tag", "path=/a", 1, 0, 0, 0],
    ["tag", "path=/b", 1, 1, 1, 0],
    ["path", "web.host2", 1, 0, 1, 0],
  ]);
});

test("countNameParts() finds the label that exploded among many, with a bounded table", () => {
  const names = Array.from({ length: 150_000 }, (_, i) => ({
    name: i % 10 === 0 ? `api.calls.m${i % 7}` : `http;request_id=r${i};service=s${i % 3}`,
    oldestMs: i % 10 === 0 ? old : nowMs - 1000,
  }));
  const { parts, isWhole } = count(names);
  expect(isWhole).toBe(false);
  const [exploded] = [...parts].sort((a, b) => b.valueCount - a.valueCount);
  expect(exploded).toMatchObject({ kind: "tag-key", text: "request_id", seriesCount: 135_000 });
  expect(exploded!.newHourCount).toBe(135_000);
  expect(parts.find(({ text }) => text === "api.calls")).toMatchObject({ seriesCount: 15_000 });
  expect(parts.length).toBeLessThan(900);
});

test("mergeCardinality() adds up what shards counted, as if one had counted all", () => {
  const names = Array.from({ length: 5000 }, (_, i) => ({
    name: `a${i % 5}.b${i % 50}.c${i}`,
    oldestMs: i % 4 === 0 ? nowMs : old,
  }));
  const whole = mergeCardinality([count(names)], 20);
  const halves = [0, 1].map((half) => count(names.filter((_, i) => (i >> 3) % 2 === half)));
  expect(mergeCardinality(halves, 20)).toEqual(whole);
});
