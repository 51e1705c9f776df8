import { expect, test } from "vitest";
import {
  choicesKind,
  countKind,
  countOrAutoKind,
  durationKind,
  listKind,
  pathKind,
  optionalTextKind,
  portKind,
  secretKind,
  showDuration,
  sizeKind,
  switchKind,
  wordKind,
} from "./setting-kinds.ts";

const duration = durationKind({ minMs: 0, maxMs: 86_400_000, words: { never: -1 } });

test.each([
  { kind: portKind, input: 2024, expected: 2024 },
  { kind: portKind, input: "0", expected: 0 },
  { kind: portKind, input: 65_536, expected: undefined },
  { kind: portKind, input: -1, expected: undefined },
  { kind: portKind, input: 2024.5, expected: undefined },
  { kind: portKind, input: "http", expected: undefined },
  { kind: portKind, input: true, expected: undefined },
  { kind: countKind({ min: 1, max: 9_000_000 }), input: "1_000_000", expected: 1_000_000 },
  { kind: countKind({ min: 1, max: 9 }), input: 0, expected: undefined },
  { kind: countOrAutoKind(8), input: "auto", expected: 0 },
  { kind: countOrAutoKind(8), input: 0, expected: undefined },
  { kind: sizeKind({ minBytes: 1024, maxBytes: 2 ** 40 }), input: "2GiB", expected: 2 ** 31 },
  { kind: sizeKind({ minBytes: 1024, maxBytes: 2 ** 40 }), input: "512 MiB", expected: 2 ** 29 },
  { kind: sizeKind({ minBytes: 1024, maxBytes: 2 ** 40 }), input: 4096, expected: undefined },
  { kind: sizeKind({ minBytes: 2 ** 20, maxBytes: 2 ** 40 }), input: "4KiB", expected: undefined },
  { kind: optionalTextKind, input: "none", expected: "" },
  { kind: optionalTextKind, input: "kale", expected: "kale" },
  { kind: secretKind, input: 12345, expected: "12345" },
  { kind: wordKind, input: "metrics.", expected: "metrics." },
  { kind: wordKind, input: "*", expected: undefined },
  { kind: switchKind, input: true, expected: true },
  { kind: switchKind, input: "No", expected: false },
  { kind: switchKind, input: "maybe", expected: undefined },
  { kind: duration, input: "24h", expected: 86_400_000 },
  { kind: duration, input: "1.5m", expected: 90_000 },
  { kind: duration, input: 90, expected: 90_000 },
  { kind: duration, input: "250ms", expected: 250 },
  { kind: duration, input: "25h", expected: undefined },
  { kind: duration, input: "24 hours", expected: undefined },
  { kind: duration, input: "0.5ms", expected: undefined },
  { kind: duration, input: "never", expected: -1 },
  { kind: pathKind, input: "./x", expected: "./x" },
  { kind: pathKind, input: "", expected: undefined },
  { kind: listKind, input: "a, b", expected: ["a", "b"] },
  { kind: listKind, input: ["a", 5], expected: ["a", "5"] },
  { kind: listKind, input: "", expected: [] },
  { kind: listKind, input: "a,,b", expected: undefined },
  { kind: listKind, input: [{}], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: "b,a", expected: ["b", "a"] },
  { kind: choicesKind(["a", "b"]), input: ["a", "a"], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: [], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: ["c"], expected: undefined },
])("$kind.allowed: $input is read as $expected", ({ kind, input, expected }) => {
  expect(kind.read(input)).toEqual(expected);
});

test.each([
  [0, "0s"],
  [90_000, "90s"],
  [3_600_000, "1h"],
  [1_000_000, "1000s"],
  [1_209_600_000, "14d"],
  [1500, "1500ms"],
])("showDuration(%d) is %s", (ms, expected) => {
  expect(showDuration(ms)).toBe(expected);
});

test("secretKind is never shown", () => {
  expect(secretKind.show("hunter2")).toBe("(secret)");
  expect(secretKind.show("")).toBe("none");
});
