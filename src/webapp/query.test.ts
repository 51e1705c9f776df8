import fc from "fast-check";
import { expect, test } from "vitest";
import { Query } from "./query.ts";

const nowMs = 1_764_000_000_000;
const hourMs = 3_600_000;

function read(url: string): { readonly query: Query; readonly values: Record<string, unknown> } {
  const query = new Query(url, nowMs);
  const values = {
    name: query.seriesName(),
    text: query.text("text", { fallback: "none", bytesMax: 8 }),
    limit: query.integer("limit", { fallback: 5, min: 1, max: 9 }),
    state: query.choice("state", ["a", "b"], "a"),
    flag: query.flag("flag"),
    range: query.range({ fallbackMs: hourMs, lengthMaxMs: 24 * hourMs }),
  };
  return { query, values };
}

test("Query gives defaults for what is missing", () => {
  const { query, values } = read("http://localhost/kale/x");
  expect(query.fault()).toBeUndefined();
  expect(values).toEqual({
    name: undefined,
    text: "none",
    limit: 5,
    state: "a",
    flag: false,
    range: { fromMs: nowMs - hourMs, untilMs: nowMs },
  });
});

test("Query reads each parameter as its type", () => {
  const { query, values } = read(
    "/x?name=a%3Bb%2Bc&text=x+y&limit=9&state=b&flag=1&from=-2h&until=-1h",
  );
  expect(query.fault()).toBeUndefined();
  expect(values).toEqual({
    name: "a",
    text: "x y",
    limit: 9,
    state: "b",
    flag: true,
    range: { fromMs: nowMs - 2 * hourMs, untilMs: nowMs - hourMs },
  });
});

test("Query gives a range its usual length where only one end is named", () => {
  expect(read("/x?until=-3h").values["range"]).toEqual({
    fromMs: nowMs - 4 * hourMs,
    untilMs: nowMs - 3 * hourMs,
  });
});

test("Query keeps the first fault, and names what is known where a parameter is not", () => {
  expect(read("/x?limit=a&state=c").query.fault()?.message).toContain("limit");
  expect(read("/x?stat=b").query.fault()).toEqual({
    code: "unknown-parameter",
    message: 'No parameter "stat" here; known are name, text, limit, state, flag, from, until.',
  });
  expect(new Query("/x?a", nowMs).fault()?.message).toContain("none is taken");
});

test("Query gives values within their limits, or a fault, for any text", () => {
  const pieces = fc.constantFrom(
    ..."name text limit state flag from until = & ? % %zz + ; # -1h 5 99 a b now 1e9 ☃".split(" "),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      const { query, values } = read(`http://localhost/x?${given}`);
      const range = values["range"] as { fromMs: number; untilMs: number };
      expect(range.fromMs).toBeLessThan(range.untilMs);
      expect(range.untilMs - range.fromMs).toBeLessThanOrEqual(24 * hourMs);
      expect(values["limit"]).toBeGreaterThanOrEqual(1);
      expect(values["limit"]).toBeLessThanOrEqual(9);
      expect(["a", "b"]).toContain(values["state"]);
      const fault = query.fault();
      if (fault !== undefined) expect(fault.message.length).toBeLessThan(300);
    }),
    { numRuns: 2_000 },
  );
});
