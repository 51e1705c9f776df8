/**
 * What a site wants to be told, where, and when: the `alerts` part of the settings.
 *
 *     channels   how to speak: mail, chat, pager …, each under a name of the site's choosing
 *     routes     which metrics speak through which channels; the first route that matches a metric
 *                takes it, and the next ones too where it says `continue: true`
 *     quiet-hours, digest
 *
 * This file holds the types; read-config.ts makes them of what stands in the YAML file.
 */

export type Severity = "minor" | "major" | "critical";

export const severities: readonly Severity[] = ["minor", "major", "critical"];

export interface SmtpChannel {
  readonly type: "smtp";
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** "starttls" is asked for and required; "auto" takes it where the server offers it. */
  readonly tls: "auto" | "starttls" | "tls" | "none";
  readonly user: string;
  readonly password: Secret;
  readonly from: string;
  readonly to: readonly string[];
}

export interface HttpChannel {
  readonly type: "webhook" | "slack" | "alertmanager";
  readonly name: string;
  /** Chat systems put the secret into the address. */
  readonly url: Secret;
  /** Sent as "Authorization: Bearer …" where it is not empty. */
  readonly token: Secret;
}

export interface PagerDutyChannel {
  readonly type: "pagerduty";
  readonly name: string;
  readonly url: Secret;
  readonly routingKey: Secret;
}

export interface CommandChannel {
  readonly type: "command";
  readonly name: string;
  /** Program and arguments, run without a shell. */
  readonly command: readonly string[];
}

export type Channel = SmtpChannel | HttpChannel | PagerDutyChannel | CommandChannel;

/** A secret as written, or the file that holds it; the file is read whenever it is needed. */
export interface Secret {
  readonly text: string;
  readonly file: string;
}

export const noSecret: Secret = { text: "", file: "" };

export interface AlertMatch {
  /** Glob over the whole name, or a part of it; "" is every metric. */
  readonly metric: string;
  /** Regular expression in RE2's syntax, found anywhere in the name; "" is none. */
  readonly pattern: string;
  /** Tag → glob over its value; all must match. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface AlertRoute {
  readonly name: string;
  readonly match: AlertMatch;
  /** Milder ones do not take this route. */
  readonly severity: Severity;
  /** Names of channels. */
  readonly channels: readonly string[];
  /** While an incident lasts it is told again this often; 0 is never. */
  readonly repeatMs: number;
  /** After a send that worked a metric is not told again on this route for so long. */
  readonly expireMs: number;
  readonly isContinued: boolean;
}

export interface QuietHours {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight, in the zone. Where `until` is not after `from` it is the next day's. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly timeZone: string;
  /** This severe or worse speaks all the same. */
  readonly exceptFrom: Severity | "none";
  /** Names of routes; empty is all of them. */
  readonly routes: readonly string[];
}

export interface DigestConfig {
  readonly channels: readonly string[];
  readonly atMinute: number;
  readonly timeZone: string;
  /** 0 is Sunday; empty is every day. */
  readonly days: readonly number[];
}

export interface AlertConfig {
  /** Where people reach the page, for the links, without a slash at its end. */
  readonly pageUrl: string;
  readonly channels: readonly Channel[];
  readonly routes: readonly AlertRoute[];
  readonly quietHours: readonly QuietHours[];
  readonly digest: DigestConfig | undefined;
  /** How long an incident is gathered before it is told. */
  readonly gatherMs: number;
  /** Further metrics of an incident that was told are told at most this often. */
  readonly updateMs: number;
}

export const noAlerts: AlertConfig = {
  pageUrl: "",
  channels: [],
  routes: [],
  quietHours: [],
  digest: undefined,
  gatherMs: 30_000,
  updateMs: 300_000,
};
