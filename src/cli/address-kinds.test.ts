import { expect, test } from "vitest";
import {
  addressKind,
  hostPortListKind,
  jobUrlListKind,
  redisUrlKind,
  urlListKind,
} from "./address-kinds.ts";

test.each([
  { kind: redisUrlKind, input: "unix:///run/redis.sock", expected: "unix:///run/redis.sock" },
  { kind: redisUrlKind, input: "redis+cluster://a:1,b:2", expected: "redis+cluster://a:1,b:2" },
  { kind: redisUrlKind, input: "redis://user:word@host:1", expected: undefined },
  { kind: redisUrlKind, input: "host:6379", expected: undefined },
  { kind: urlListKind, input: "http://a:9200,https://b", expected: ["http://a:9200", "https://b"] },
  { kind: urlListKind, input: ["https://me:word@b"], expected: undefined },
  { kind: urlListKind, input: [], expected: undefined },
  { kind: addressKind, input: "0.0.0.0", expected: "0.0.0.0" },
  { kind: addressKind, input: "::1", expected: "::1" },
  { kind: addressKind, input: "localhost", expected: "127.0.0.1" },
  { kind: addressKind, input: "256.0.0.1", expected: undefined },
  { kind: addressKind, input: "example.com", expected: undefined },
  { kind: jobUrlListKind, input: "a@soon=http://h:1", expected: undefined },
  { kind: jobUrlListKind, input: "a@1ms=http://h:1", expected: undefined },
  { kind: jobUrlListKind, input: "a=http://me:word@h:1", expected: undefined },
  {
    kind: jobUrlListKind,
    input: "a=http://h:1,b@90s=https://h/x",
    expected: [
      { job: "a", url: "http://h:1/metrics" },
      { job: "b", url: "https://h/x", everyMs: 90_000 },
    ],
  },
])("$kind.allowed: $input is read as $expected", ({ kind, input, expected }) => {
  expect(kind.read(input)).toEqual(expected);
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

test("jobUrlListKind is shown as it is written", () => {
  const text = "[a=http://h:1/metrics, b@90s=https://h/x]";
  expect(jobUrlListKind.show(jobUrlListKind.read(text.slice(1, -1))!)).toBe(text);
});
