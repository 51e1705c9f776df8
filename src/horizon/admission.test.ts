import fc from "fast-check";
import { expect, test } from "vitest";
import { silentLogger } from "../base/log.ts";
import { canonicalName, nameBytesMax, shardOfName } from "../model/index.ts";
import { Admission, type AdmissionOptions } from "./admission.ts";
import { Intake } from "./intake.ts";
import { RememberingOutlet } from "./outlet.fixture.ts";
import { RefusalLedger } from "./refusals.ts";
import { isCanonicalTagged } from "./tagged-name.ts";

const nowMs = 1_800_000_000_000;

function admit(
  name: string | Uint8Array,
  timeMs = nowMs,
  value = 1,
  options: Partial<AdmissionOptions> = {},
): { rows: RememberingOutlet["rows"]; refusals: { reason: string; lastExample: string }[] } {
  const outlet = new RememberingOutlet(4);
  const intake = new Intake(outlet, { rowsPerBatch: 16, flushAfterMs: 1000 });
  const ledger = new RefusalLedger(silentLogger);
  const admission = new Admission(intake, ledger, {
    skipList: [],
    maxAgeMs: 1_000_000,
    futureMaxMs: 600_000,
    ...options,
  });
  admission.begin(nowMs + 0.7);
  const bytes = Buffer.concat([
    Buffer.from("<"),
    Buffer.from(name as string),
    Buffer.from(">;a=b"),
  ]);
  admission.row(bytes, 1, bytes.length - 5, timeMs, value);
  intake.flush();
  expect(admission.acceptedCount).toBe(outlet.rows.length);
  return {
    rows: outlet.rows,
    refusals: ledger.report().map(({ reason, lastExample }) => ({ reason, lastExample })),
  };
}

test.each([
  ["a plain name", "web.fe1.load", "web.fe1.load"],
  ["blanks and signs", "a b/c:d", "a b/c:d"],
  ["letters beyond ASCII", "café.☃.🐍", "café.☃.🐍"],
  ["sorted tags", "disk;dc=eu;host=fe1", "disk;dc=eu;host=fe1"],
  ["unsorted tags, sorting them", "disk;host=fe1;dc=eu", "disk;dc=eu;host=fe1"],
  ["doubled and empty tags, dropping them", "disk;a=1;a=2;;b=;=c", "disk;a=2"],
  ["tags beyond ASCII", "disk;ä=1;a=2", "disk;a=2;ä=1"],
  ["the longest name", "x".repeat(nameBytesMax), "x".repeat(nameBytesMax)],
])("Admission takes %s", (ignored, name, expected) => {
  expect(admit(name).rows).toEqual([
    { shard: shardOfName(expected, 4), name: expected, timeMs: nowMs, value: 1 },
  ]);
});

test.each([
  ["no name", "", "empty-name"],
  ["tags without a name", ";a=b", "empty-name"],
  ["a name of 1,025 bytes", "x".repeat(nameBytesMax + 1), "long-name"],
  ["a line end in the name", "a\nb", "name-control-character"],
  ["a delete in the name", "a\u007fb", "name-control-character"],
  ["a C1 control in the name", "a\u009bb", "name-control-character"],
  ["a name that is no UTF-8", Uint8Array.of(0x61, 0xe9, 0x62), "name-not-utf8"],
  ["a surrogate in the name", Uint8Array.of(0x61, 0xed, 0xa0, 0x80), "name-not-utf8"],
])("Admission refuses %s", (ignored, name, reason) => {
  const { rows, refusals } = admit(name);
  expect(rows).toEqual([]);
  expect(refusals.map((refusal) => refusal.reason)).toEqual([reason]);
});

test.each([
  [NaN, 1, nowMs, 1],
  [nowMs - 1_000_000, 1, nowMs - 1_000_000, 1],
  [nowMs + 600_000, 1, nowMs + 600_000, 1],
  [nowMs, -0, nowMs, -0],
  [nowMs, 2 ** 53, nowMs, 2 ** 53],
  [nowMs, 5e-324, nowMs, 5e-324],
])("Admission takes time %d and value %d bit for bit", (timeMs, value, keptMs, keptValue) => {
  expect(admit("a", timeMs, value).rows).toEqual([
    { shard: shardOfName("a", 4), name: "a", timeMs: keptMs, value: keptValue },
  ]);
});

test.each([
  [nowMs, NaN, "not-finite", `a NaN ${nowMs / 1000}`],
  [nowMs, Infinity, "not-finite", `a Infinity ${nowMs / 1000}`],
  [NaN, -Infinity, "not-finite", "a -Infinity -1"],
  [nowMs - 1_000_001, 1, "too-old", `a 1 ${(nowMs - 1_000_001) / 1000}`],
  [0, 1, "too-old", "a 1 0"],
  [-2000, 1, "negative-time", "a 1 -2"],
  [nowMs + 600_001, 1, "too-far-ahead", `a 1 ${(nowMs + 600_001) / 1000}`],
  [Infinity, 1, "too-far-ahead", "a 1 Infinity"],
])("Admission refuses time %d with value %d as %s", (timeMs, value, reason, lastExample) => {
  expect(admit("a", timeMs, value)).toEqual({ rows: [], refusals: [{ reason, lastExample }] });
});

test("Admission refuses what holds a text of the skip list", () => {
  const skipList = ["canary", ".é."];
  for (const name of ["canary", "a.canary.b", "xcanary", "a.é.b"]) {
    expect(admit(name, nowMs, 1, { skipList }).refusals[0]?.reason).toBe("skip-list");
  }
  for (const name of ["canar", "c.anary", "é"])
    expect(admit(name, nowMs, 1, { skipList }).rows).toHaveLength(1);
});

test("an example is the row as a line, escaped, of 200 characters at most", () => {
  expect(admit("a\n\u001b[2Jb", nowMs, 1).refusals[0]?.lastExample).toBe(
    "a\\x0a\\x1b[2Jb 1 1800000000",
  );
  const long = admit("é".repeat(2000)).refusals[0]?.lastExample ?? "";
  expect(long).toHaveLength(200);
  expect(long).toMatch(/é… 1 1800000000$/);
});

test("isCanonicalTagged() says yes only where canonicalName() changes nothing", () => {
  const tag = fc.string({ unit: fc.constantFrom("a", "b", "=", ";", "A", "1"), maxLength: 12 });
  let canonicalCount = 0;
  fc.assert(
    fc.property(tag, (tags) => {
      const name = `n;${tags}`;
      const bytes = Buffer.from(`;=<${name}>;`);
      const isCanonical = isCanonicalTagged(bytes, 3, bytes.length - 2);
      expect(isCanonical).toBe(canonicalName(name) === name);
      if (isCanonical) canonicalCount += 1;
    }),
    { numRuns: 5000 },
  );
  expect(canonicalCount).toBeGreaterThan(10);
});
