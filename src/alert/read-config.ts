/**
 * Reads the `alerts` part of the settings: what YAML made of it in, a checked `AlertConfig` or every
 * mistake with its place out. Pure; files of secrets are read later, when a channel speaks.
 *
 *     page-url: https://kale.example.org
 *     channels:
 *       ops-mail: { type: smtp, host: mail.example.org, from: kale@example.org, to: [ops@example.org] }
 *       chat:     { type: slack, url-file: /etc/kale/chat-url }
 *     routes:
 *       - { name: database, metric: "db.*", severity: major, channels: [chat], repeat: 4h }
 *       - { name: rest, channels: [ops-mail] }
 *     quiet-hours:
 *       - { days: [sat, sun], from: "00:00", until: "24:00", except-from: critical }
 *     digest: { channels: [ops-mail], at: "08:00" }
 *
 * Limits: 64 channels, 256 routes, 64 recipients.
 */
import { RE2JS } from "re2js";
import {
  noAlerts,
  noSecret,
  severities,
  type AlertConfig,
  type AlertRoute,
  type Channel,
  type DigestConfig,
  type QuietHours,
  type Secret,
} from "./alert-config.ts";
import { ConfigFields, type ConfigProblem } from "./config-fields.ts";

const channelCountMax = 64;
const routeCountMax = 256;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const weekDays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const wholeDayMinutes = 24 * 60;

export type AlertConfigReading =
  | { readonly ok: true; readonly config: AlertConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** @param input  null and undefined are no alerts at all */
export function readAlertConfig(input: unknown): AlertConfigReading {
  if (input === null || input === undefined) return { ok: true, config: noAlerts };
  const fields = ConfigFields.of(input, "alerts");
  const pageUrl = fields.url("page-url", "");
  const channels = fields
    .namedMaps("channels", channelCountMax)
    .map(([name, channel]) => readChannel(name, channel));
  const routes = fields.maps("routes", routeCountMax).map(readRoute);
  const quietHours = fields.maps("quiet-hours", routeCountMax).map(readQuietHours);
  const digestFields = fields.map("digest");
  const digest = digestFields === undefined ? undefined : readDigest(digestFields);
  const gatherMs = fields.duration("gather", noAlerts.gatherMs, { minMs: 0, maxMs: hourMs });
  const updateMs = fields.duration("update", noAlerts.updateMs, { minMs: minuteMs, maxMs: dayMs });
  fields.refuseOthers();

  const known = new Set(channels.map((channel) => channel?.name));
  const checkChannels = (names: readonly string[], where: string): void => {
    for (const name of names) {
      if (!known.has(name))
        fields.refuse(where, `names ${JSON.stringify(name)}, which is no channel`);
    }
  };
  const routeNames = new Set(routes.map(({ name }) => name));
  if (routeNames.size < routes.length) fields.refuse("routes", "has two routes of one name");
  for (const route of routes) checkChannels(route.channels, `routes ${route.name}`);
  if (digest !== undefined) checkChannels(digest.channels, "digest");
  for (const hours of quietHours) {
    for (const name of hours.routes) {
      if (!routeNames.has(name)) {
        fields.refuse("quiet-hours", `names ${JSON.stringify(name)}, which is no route`);
      }
    }
  }
  if (fields.problems.length > 0) return { ok: false, problems: fields.problems };
  const sound = channels.filter((channel) => channel !== undefined);
  return {
    ok: true,
    config: { pageUrl, channels: sound, routes, quietHours, digest, gatherMs, updateMs },
  };
}

function readChannel(name: string, fields: ConfigFields): Channel | undefined {
  const type = fields.choice("type", [
    "smtp",
    "webhook",
    "slack",
    "pagerduty",
    "alertmanager",
    "command",
  ] as const);
  const channel = type === undefined ? undefined : channelOf(type, name, fields);
  fields.refuseOthers();
  return channel;
}

function channelOf(type: Channel["type"], name: string, fields: ConfigFields): Channel {
  switch (type) {
    case "smtp":
      return {
        type,
        name,
        host: fields.text("host"),
        port: fields.count("port", 25, { min: 1, max: 65_535 }),
        tls: fields.choice("tls", ["auto", "starttls", "tls", "none"] as const, "auto") ?? "auto",
        user: fields.text("user", ""),
        password: secretOf(fields, "password", ""),
        from: fields.text("from"),
        to: fields.texts("to", { countMin: 1 }),
      };
    case "webhook":
    case "slack":
    case "alertmanager":
      return {
        type,
        name,
        url: secretOf(fields, "url"),
        token: secretOf(fields, "token", ""),
      };
    case "pagerduty":
      return {
        type,
        name,
        url: secretOf(fields, "url", "https://events.pagerduty.com/v2/enqueue"),
        routingKey: secretOf(fields, "routing-key"),
      };
    case "command":
      return { type, name, command: fields.texts("command", { countMin: 1 }) };
  }
}

/** `key` holds the secret itself, `key-file` the path of a file that does. */
function secretOf(fields: ConfigFields, key: string, fallback?: string): Secret {
  const file = fields.text(`${key}-file`, "");
  if (file !== "") {
    if (fields.has(key)) fields.refuse(key, `stands beside ${key}-file; one of them is enough`);
    return { text: "", file };
  }
  const text = fields.text(key, fallback);
  if (key === "url" && text !== "" && !isHttpUrl(text)) {
    fields.refuse(key, "is not an address that begins with http:// or https://");
  }
  return text === "" ? noSecret : { text, file: "" };
}

function isHttpUrl(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text);
}

function readRoute(fields: ConfigFields): AlertRoute {
  const pattern = fields.text("pattern", "");
  const fault = patternFault(pattern);
  if (fault !== undefined) fields.refuse("pattern", fault);
  const route: AlertRoute = {
    name: fields.text("name"),
    match: {
      metric: fields.text("metric", ""),
      pattern,
      tags: fields.textMap("tags"),
    },
    severity: fields.choice("severity", severities, "minor") ?? "minor",
    channels: fields.texts("channels", { countMin: 1 }),
    repeatMs: fields.duration("repeat", 4 * hourMs, {
      minMs: minuteMs,
      maxMs: 30 * dayMs,
      never: 0,
    }),
    expireMs: fields.duration("expire", 0, { minMs: 0, maxMs: 30 * dayMs }),
    isContinued: fields.boolean("continue", false),
  };
  fields.refuseOthers();
  return route;
}

function patternFault(pattern: string): string | undefined {
  if (pattern === "") return undefined;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `is not a regular expression in RE2's syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readQuietHours(fields: ConfigFields): QuietHours {
  const hours: QuietHours = {
    days: readDays(fields),
    fromMinute: fields.timeOfDay("from"),
    untilMinute: fields.timeOfDay("until"),
    timeZone: fields.timeZone("time-zone"),
    exceptFrom:
      fields.choice("except-from", [...severities, "none"] as const, "critical") ?? "critical",
    routes: fields.texts("routes", { countMin: 0 }),
  };
  if (hours.fromMinute === hours.untilMinute) fields.refuse("until", "is the same as from");
  if (hours.fromMinute === wholeDayMinutes) fields.refuse("from", "is 24:00; write 00:00");
  fields.refuseOthers();
  return hours;
}

function readDigest(fields: ConfigFields): DigestConfig {
  const digest: DigestConfig = {
    channels: fields.texts("channels", { countMin: 1 }),
    atMinute: fields.timeOfDay("at") % wholeDayMinutes,
    timeZone: fields.timeZone("time-zone"),
    days: readDays(fields),
  };
  fields.refuseOthers();
  return digest;
}

/** Named days as numbers, 0 is Sunday; every day where none is named. */
function readDays(fields: ConfigFields): readonly number[] {
  const words = fields.texts("days", { countMin: 0 });
  if (words.length === 0) return [0, 1, 2, 3, 4, 5, 6];
  return words.map((word) => {
    const day = weekDays.findIndex((known) => known === word.toLowerCase());
    if (day < 0)
      fields.refuse("days", `has ${JSON.stringify(word)}; days are ${weekDays.join(", ")}`);
    return day;
  });
}
