import { expect, test } from "vitest";
import {
  addressKind,
  choicesKind,
  countKind,
  countOrAutoKind,
  durationKind,
  hostPortListKind,
  jobUrlListKind,
  listKind,
  pathKind,
  optionalTextKind,
  portKind,
  redisUrlKind,
  secretKind,
  showDuration,
  sizeKind,
  switchKind,
  urlListKind,
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
  { kind: redisUrlKind, input: "unix:///run/redis.sock", expected: "unix:///run/redis.sock" },
  { kind: redisUrlKind, input: "redis+cluster://a:1,b:2", expected: "redis+cluster://a:1,b:2" },
  { kind: redisUrlKind, input: "redis://user:word@host:1", expected: undefined },
  { kind: redisUrlKind, input: "host:6379", expected: undefined },
  { kind: urlListKind, input: "http://a:9200,https://b", expected: ["http://a:9200", "https://b"] },
  { kind: urlListKind, input: ["https://me:word@b"], expected: undefined },
  { kind: urlListKind, input: [], expected: undefined },
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
  { kind: addressKind, input: "0.0.0.0", expected: "0.0.0.0" },
  { kind: addressKind, input: "::1", expected: "::1" },
  { kind: addressKind, input: "localhost", expected: "127.0.0.1" },
  { kind: addressKind, input: "256.0.0.1", expected: undefined },
  { kind: addressKind, input: "example.com", expected: undefined },
  { kind: listKind, input: "a, b", expected: ["a", "b"] },
  { kind: listKind, input: ["a", 5], expected: ["a", "5"] },
  { kind: listKind, input: "", expected: [] },
  { kind: listKind, input: "a,,b", expected: undefined },
  { kind: listKind, input: [{}], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: "b,a", expected: ["b", "a"] },
  { kind: choicesKind(["a", "b"]), input: ["a", "a"], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: [], expected: undefined },
  { kind: choicesKind(["a", "b"]), input: ["c"], expected: undefined },
  {
    kind: jobUrlListKind,
    input: "a=http://h:1,b@90s=https://h/x",
    expected: [
      { job: "a", url: "http://h:1/metrics" },
      { job: "b", url: "https://h/x", everyMs: 90_000 },
    ],
  },
  { kind: jobUrlListKind, input: "a@soon=http://h:1", expected: undefined },
  { kind: jobUrlListKind, input: "a@1ms=http://h:1", expected: undefined },
  { kind: jobUrlListKind, input: "a=http://me:word@h:1", expected: undefined },
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

test.each([
  { text: "gmond1:8649", read: [{ host: "gmond1", port: 8649 }], shown: "[gmond1:8649]" },
  {
    text: "10.0.0.1:8651, [::1]:8649",
    read: [
      { host: "10.0.0.1", port: 8651 },
      { host: "::1", port: 8649 },
    ],
    shown: "[10.0.0.1:8651, [::1]:8649]",
  },
  { text: "", read: [], shown: "[]" },
])("hostPortListKind reads $text", ({ text, read, shown }) => {
  expect(hostPortListKind.read(text)).toEqual(read);
  expect(hostPortListKind.show(read)).toBe(shown);
});

test.each(["gmond1", "gmond1:0", "gmond1:99999", ":8649", "::1:8649", "a b:1", "a:1,,b:2"])(
  "hostPortListKind refuses %j",
  (text) => {
    expect(hostPortListKind.read(text)).toBe(undefined);
  },
);

test("secretKind is never shown", () => {
  expect(secretKind.show("hunter2")).toBe("(secret)");
  expect(secretKind.show("")).toBe("none");
});

test("jobUrlListKind is shown as it is written", () => {
  const text = "[a=http://h:1/metrics, b@90s=https://h/x]";
  expect(jobUrlListKind.show(jobUrlListKind.read(text.slice(1, -1))!)).toBe(text);
});
