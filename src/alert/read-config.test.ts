import { expect, test } from "vitest";
import { parse } from "yaml";
import fc from "fast-check";
import { readAlertConfig } from "./read-config.ts";

function problemsOf(yaml: string): string[] {
  const reading = readAlertConfig(parse(yaml));
  return reading.ok ? [] : reading.problems.map(({ path, message }) => `${path} ${message}`);
}

test("readAlertConfig() takes the example of its own description", () => {
  const reading = readAlertConfig(
    parse(`
page-url: https://kale.example.org/
channels:
  ops-mail: { type: smtp, host: mail.example.org, from: kale@example.org, to: [ops@example.org] }
  chat:     { type: slack, url-file: /etc/kale/chat-url }
routes:
  - { name: database, metric: "db.*", severity: major, channels: [chat], repeat: 4h, expire: 30m }
  - { name: rest, channels: [ops-mail], repeat: never, tags: { env: prod } }
quiet-hours:
  - { days: [sat, sun], from: "00:00", until: "24:00", time-zone: Europe/Berlin }
digest: { channels: [ops-mail], at: "08:00", time-zone: UTC }
`),
  );
  expect(reading).toMatchObject({
    ok: true,
    config: {
      pageUrl: "https://kale.example.org",
      channels: [
        { type: "smtp", name: "ops-mail", port: 25, tls: "auto", to: ["ops@example.org"] },
        { type: "slack", name: "chat", url: { text: "", file: "/etc/kale/chat-url" } },
      ],
      routes: [
        { name: "database", severity: "major", repeatMs: 14_400_000, expireMs: 1_800_000 },
        { name: "rest", severity: "minor", repeatMs: 0, match: { tags: { env: "prod" } } },
      ],
      quietHours: [{ days: [6, 0], fromMinute: 0, untilMinute: 1440, exceptFrom: "critical" }],
      digest: { atMinute: 480, days: [0, 1, 2, 3, 4, 5, 6] },
      gatherMs: 30_000,
    },
  });
});

test("readAlertConfig() takes nothing as no alerts", () => {
  expect(readAlertConfig(null)).toMatchObject({ ok: true, config: { routes: [] } });
});

test.each([
  ["text", "alerts is not a map of fields"],
  ["{ chanels: {} }", "alerts.chanels is unknown"],
  ["{ channels: { a: { type: fax } } }", "alerts.channels.a.type is not one of smtp"],
  ["{ channels: { a: { type: smtp } } }", "alerts.channels.a.host is missing"],
  [
    "{ channels: { a: { type: slack, url: 'ftp://x' } } }",
    "alerts.channels.a.url is not an address",
  ],
  [
    "{ channels: { a: { type: slack, url: 'http://x', url-file: /y } } }",
    "alerts.channels.a.url stands beside url-file",
  ],
  ["{ routes: [{ name: a, channels: [b] }] }", 'alerts.routes a names "b", which is no channel'],
  [
    "{ routes: [{ name: a, channels: [], pattern: '(' }] }",
    "alerts.routes[1].pattern is not a regular",
  ],
  [
    "{ routes: [{ name: a, channels: [x], repeat: 1y }] }",
    "alerts.routes[1].repeat is not a duration",
  ],
  [
    "{ quiet-hours: [{ from: 22, until: '06:00' }] }",
    "alerts.quiet-hours[1].from is not a time of day",
  ],
  [
    "{ quiet-hours: [{ from: '22:00', until: '06:00', time-zone: Mars }] }",
    "alerts.quiet-hours[1].time-zone is not a time zone",
  ],
  ["{ quiet-hours: [{ from: '22:00', until: '06:00', days: [today] }] }", 'days has "today"'],
])("readAlertConfig() refuses %s with its place", (yaml, expected) => {
  expect(problemsOf(yaml).join("\n")).toContain(expected);
});

test("readAlertConfig() answers anything without throwing", () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 4 }), (input) => {
      readAlertConfig(input);
      readAlertConfig({ channels: input, routes: [input], "quiet-hours": [input], digest: input });
    }),
  );
});
