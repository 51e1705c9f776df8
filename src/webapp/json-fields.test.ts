import { expect, test } from "vitest";
import { JsonFields } from "./json-fields.ts";

const nowMs = 1_764_000_000_000;

function messageOf(value: unknown, read: (fields: JsonFields) => unknown): string | undefined {
  const fields = new JsonFields(value, nowMs);
  read(fields);
  return fields.fault()?.message;
}

test("JsonFields reads each kind of field", () => {
  const fields = new JsonFields(
    {
      text: "☃",
      name: "a;z=1;b=2",
      time: "-1h",
      seconds: 1_764_000_000.5,
      count: 7,
      places: [2, 0, 2],
      list: [{ text: "x" }],
    },
    nowMs,
  );
  expect(fields.text("text", { lengthMax: 1 })).toBe("☃");
  expect(fields.seriesName("name")).toBe("a;b=2;z=1");
  expect(fields.timeMs("time")).toBe(nowMs - 3_600_000);
  expect(fields.timeMs("seconds")).toBe(nowMs + 500);
  expect(fields.number("count")).toBe(7);
  expect(fields.places("places", { countMax: 3 })).toEqual([2, 0]);
  const read = (one: JsonFields): string => one.text("text", { lengthMax: 9 });
  expect(fields.objects("list", { countMax: 1 }, read)).toEqual(["x"]);
  expect(fields.has("gone")).toBe(false);
  expect(fields.fault()).toBeUndefined();
});

test.each([
  { value: null, message: "The body is no JSON object." },
  { value: [], message: "The body is no JSON object." },
  { value: {}, message: "Field a is missing; allowed: a text of at most 3 characters." },
  { value: { a: 7 }, message: 'Field a is "7"; allowed: a text of at most 3 characters.' },
  { value: { a: {} }, message: 'Field a is "object"; allowed: a text of at most 3 characters.' },
  { value: { a: "x", "b\n": 1 }, message: 'No field "b\\n" here; known are a.' },
  { value: { a: "x", __proto__: null }, message: undefined },
])("JsonFields says of $value: $message", ({ value, message }) => {
  expect(messageOf(value, (fields) => fields.text("a", { lengthMax: 3 }))).toBe(message);
});

test("JsonFields keeps the first fault, with the way to it", () => {
  const message = messageOf({ items: [{ at: 1 }, { at: "soon" }, { at: "x" }] }, (fields) =>
    fields.objects("items", { countMax: 9 }, (item) => item.timeMs("at")),
  );
  expect(message).toMatch(/^Field items\[1\]\.at is "soon"; allowed: Unix seconds/);
});

test("JsonFields takes nothing from an object's prototype", () => {
  const parsed = JSON.parse('{"__proto__":{"a":"x"}}') as unknown;
  expect(messageOf(parsed, (fields) => fields.text("a", { lengthMax: 3 }))).toMatch(
    /^Field a is missing/,
  );
  expect(messageOf({}, (fields) => fields.text("toString", { lengthMax: 3 }))).toMatch(/missing/);
});

test("secret() never repeats what it found", () => {
  const message = messageOf({ password: ["hunter2"] }, (fields) =>
    fields.secret("password", { lengthMax: 9 }),
  );
  expect(message).toBe("Field password is refused: it has to be a text of at most 9 characters.");
  const long = messageOf({ password: "hunter2".repeat(9) }, (fields) =>
    fields.secret("password", { lengthMax: 9 }),
  );
  expect(long).not.toContain("hunter2");
});

test("a text loses half characters, which no file could keep", () => {
  const fields = new JsonFields({ a: "x\ud800y" }, nowMs);
  expect(fields.text("a", { lengthMax: 9 })).toBe("x\ufffdy");
});
