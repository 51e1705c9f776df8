/**
 * What matters enough to be told, by pattern of name.
 *
 * Rules are a list. Every rule whose `match` fits a metric's name applies to it, from the first to the
 * last: a later one changes what an earlier one said, and leaves the rest; beneath all lies
 * `defaultFloors`. So a rule for "*" is a default, and one for "web.*.latency" only says what differs.
 * They are written the same in the configuration file (`rules:`), over HTTP and on the page:
 *
 *     - match: "*.staging.*"
 *       ignore: true
 *     - match: "queue.*.depth"
 *       least-absolute: 50
 *       least-duration: 5m
 *       direction: up
 *     - match: "*"
 *       time-zone: Europe/Berlin
 *     - match: "shop.*"
 *       when: { dates: [12-25], time-zone: Europe/Berlin }
 *       like: sun
 *
 * A rule with `when` (rule-calendar.ts) applies at those times only, in its place among the others.
 * `time-zone` says by which clock days and hours of a metric are learned; `like`, which day of the week a
 * metric is judged and learned as at those times.
 */
import { TimeZone, weekday } from "../base/time-zone.ts";
import { WallOffset } from "../base/wall-offset.ts";
import {
  calendarHolds,
  calendarJson,
  readCalendar,
  type RuleCalendar,
  weekdayNames,
} from "./rule-calendar.ts";
import { nameMatcher } from "./series-name.ts";

export type RuleDirection = "up" | "down" | "both";

/** What applies to one metric. */
export interface Floors {
  /** Nothing is told. */
  readonly isIgnored: boolean;
  /** How rare it has to be, as a score from 0 to 1. */
  readonly leastScore: number;
  /** Least distance from what is expected, as a share of that. */
  readonly leastRelative: number;
  /** Least distance from what is expected, in the metric's own unit. */
  readonly leastAbsolute: number;
  /** It has to last this long, and two samples. */
  readonly leastDurationMs: number;
  /** A metric that has kept a new level for so long has a new normal. */
  readonly newNormalAfterMs: number;
  readonly direction: RuleDirection;
  /** Days and hours are learned as the wall in this zone shows them. */
  readonly timeZone: string;
  /** The day of the week that it is judged and learned as, 0 is Sunday; null for the one it is. */
  readonly like: number | null;
}

export const defaultFloors: Floors = {
  isIgnored: false,
  leastScore: 0.4,
  leastRelative: 0.1,
  leastAbsolute: 0,
  leastDurationMs: 60_000,
  newNormalAfterMs: 6 * 3_600_000,
  direction: "both",
  timeZone: "UTC",
  like: null,
};

/** What is undefined is as the rules before say. */
export interface Rule extends Partial<Floors> {
  /** Glob over the whole name, or a part of it; see `nameMatcher`. */
  readonly match: string;
  /** Only at these times. */
  readonly when?: RuleCalendar;
}

export const ruleCountMax = 1_000;
const matchLengthMax = 1024;
const durationMaxMs = 31 * 86_400_000;

export class RuleBook {
  readonly rules: readonly Rule[];
  readonly #matched: readonly MatchedRule[];

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#matched = rules.map((rule) => ({ rule, isFor: nameMatcher(rule.match) }));
  }

  /** What applies at a time for which nothing special is said. */
  floorsFor(name: string): Floors {
    return this.planFor(name).usual;
  }

  planFor(name: string): FloorsPlan {
    return new FloorsPlan(this.rulesFor(name));
  }

  /** Those that apply to a name, in order. */
  rulesFor(name: string): Rule[] {
    return this.#matched.filter(({ isFor }) => isFor(name)).map(({ rule }) => rule);
  }
}

const minuteMs = 60_000;
const daySeconds = 86_400;

/** What applies to one metric at any time. */
export class FloorsPlan {
  /** Without the rules that hold at given times only. */
  readonly usual: Floors;
  /** The same for plans that say the same. */
  readonly key: string;
  /** In order; none where nothing depends on the time. */
  readonly #rules: readonly Rule[];
  readonly #offset: WallOffset;
  #minute = Number.NaN;
  #atMinute: Floors;

  /** @param rules  that match the metric, in order */
  constructor(rules: readonly Rule[]) {
    this.usual = floorsOf(rules.filter(({ when }) => when === undefined));
    this.#atMinute = this.usual;
    this.#offset = new WallOffset(this.usual.timeZone);
    this.#rules = rules.some(({ when }) => when !== undefined) ? rules : [];
    const dated = this.#rules.map((rule) => [rule.when ?? null, definedOf(rule)]);
    this.key = JSON.stringify([this.usual, dated]);
  }

  at(timeMs: number): Floors {
    if (this.#rules.length === 0) return this.usual;
    const minute = Math.floor(timeMs / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      const holding = this.#rules.filter(
        ({ when }) => when === undefined || calendarHolds(when, timeMs),
      );
      this.#atMinute = floorsOf(holding);
    }
    return this.#atMinute;
  }

  /** How far the metric's walls are ahead of UTC, in seconds. */
  wallOffset(timeMs: number): number {
    return this.#offset.at(timeMs / 1000);
  }

  /** The same, and so many days more that the wall shows the day of the week that it is like. */
  profileShift(timeMs: number): number {
    const offset = this.#offset.at(timeMs / 1000);
    if (this.#rules.length === 0) return offset;
    const { like } = this.at(timeMs);
    if (like === null) return offset;
    return offset + daySeconds * ((7 + like - weekday(timeMs / 1000 + offset)) % 7);
  }
}

function floorsOf(rules: readonly Rule[]): Floors {
  return rules.reduce<Floors>((floors, rule) => ({ ...floors, ...definedOf(rule) }), defaultFloors);
}

/** Whether two let the same be told of a metric; they may read its clock otherwise. */
export function areSameFloors(a: Floors, b: Floors): boolean {
  return fieldNames.every(
    (field) => a[field] === b[field] || field === "timeZone" || field === "like",
  );
}

interface MatchedRule {
  readonly rule: Rule;
  readonly isFor: (name: string) => boolean;
}

export type RulesReading =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  /** Whole sentence: which rule, what was found, what is allowed. */
  | { readonly ok: false; readonly fault: string };

/** Reads a list of rules as YAML or JSON gave it. */
export function readRules(input: unknown): RulesReading {
  if (input === null || input === undefined) return { ok: true, rules: [] };
  if (!Array.isArray(input)) return { ok: false, fault: "Rules are a list." };
  if (input.length > ruleCountMax) {
    return {
      ok: false,
      fault: `There are ${input.length} rules; at most ${ruleCountMax} are taken.`,
    };
  }
  const rules: Rule[] = [];
  for (const [i, item] of (input as unknown[]).entries()) {
    const read = readRule(item);
    if (typeof read === "string") return { ok: false, fault: `Rule ${i + 1}: ${read}.` };
    rules.push(read);
  }
  return { ok: true, rules };
}

/** As `readRules` takes it. */
export function ruleJson(rule: Rule): Record<string, unknown> {
  const when = rule.when === undefined ? {} : { when: calendarJson(rule.when) };
  return { match: rule.match, ...when, ...floorsJson(rule) };
}

/** In the words of a rule. */
export function floorsJson(rule: Partial<Floors>): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const field of fieldNames) {
    const value = rule[field];
    if (value !== undefined) json[fields[field].key] = fields[field].show(value as never);
  }
  return json;
}

interface RuleField<Value> {
  readonly key: string;
  readonly allowed: string;
  readonly read: (input: unknown) => Value | undefined;
  readonly show: (value: Value) => unknown;
}

const asIs = (value: unknown): unknown => value;

function durationField(key: string): RuleField<number> {
  return {
    key,
    allowed: 'a time from 0s to 31d, such as "90s", "5m" or "6h"',
    read: (input) => {
      const ms = durationMs(input);
      return ms !== undefined && ms <= durationMaxMs ? ms : undefined;
    },
    show: showDuration,
  };
}

function numberField(key: string, max: number): RuleField<number> {
  return {
    key,
    allowed: max === Infinity ? "a number from 0" : `a number from 0 to ${max}`,
    read: (input) =>
      typeof input === "number" && input >= 0 && input <= max && input < Infinity
        ? input
        : undefined,
    show: asIs,
  };
}

const directions: readonly RuleDirection[] = ["up", "down", "both"];

const fields: { readonly [Field in keyof Floors]: RuleField<Floors[Field]> } = {
  isIgnored: {
    key: "ignore",
    allowed: "true or false",
    read: (input) => (typeof input === "boolean" ? input : undefined),
    show: asIs,
  },
  leastScore: numberField("least-score", 1),
  leastRelative: numberField("least-relative", 1000),
  leastAbsolute: numberField("least-absolute", Infinity),
  leastDurationMs: durationField("least-duration"),
  newNormalAfterMs: durationField("new-normal-after"),
  direction: {
    key: "direction",
    allowed: "up, down or both",
    read: (input) => directions.find((known) => known === input),
    show: asIs,
  },
  timeZone: {
    key: "time-zone",
    allowed: 'a zone such as "Europe/Berlin" or "UTC"',
    read: (input) =>
      typeof input === "string" && TimeZone.of(input) !== undefined ? input : undefined,
    show: asIs,
  },
  like: {
    key: "like",
    allowed: `one of ${weekdayNames.join(", ")}, or itself`,
    read: (input) => {
      if (input === "itself") return null;
      const day = weekdayNames.indexOf(String(input));
      return day < 0 ? undefined : day;
    },
    show: (day) => (day === null ? "itself" : weekdayNames[day]),
  },
};
const fieldNames = Object.keys(fields) as readonly (keyof Floors)[];

/** @returns the rule, or what is wrong with it */
function readRule(input: unknown): Rule | string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return "is no map";
  const given = new Map<string, unknown>(Object.entries(input));
  const match = given.get("match");
  given.delete("match");
  if (typeof match !== "string" || match === "" || match.length > matchLengthMax) {
    return `match is missing: a pattern of names, such as "web.*" or "latency"`;
  }
  const rule: Record<string, unknown> = { match };
  const when = given.get("when");
  given.delete("when");
  if (when !== undefined && when !== null) {
    const calendar = readCalendar(when);
    if (typeof calendar === "string") return calendar;
    rule["when"] = calendar;
  }
  for (const name of fieldNames) {
    const { key, allowed, read } = fields[name];
    const found = given.get(key);
    given.delete(key);
    if (found === undefined || found === null) continue;
    const value = read(found);
    if (value === undefined) return `${key} is ${JSON.stringify(found)}; allowed is ${allowed}`;
    rule[name] = value;
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    const known = fieldNames.map((name) => fields[name].key).join(", ");
    return `nothing is called ${JSON.stringify(unknown.slice(0, 80))}; known are match, when, ${known}`;
  }
  if (rule["timeZone"] !== undefined && rule["when"] !== undefined) {
    return "time-zone holds at all times; within when it says by which clock that is";
  }
  if (rule["like"] !== undefined && rule["when"] === undefined) {
    return "like needs when: the days that are like another";
  }
  return rule as unknown as Rule;
}

function definedOf(rule: Rule): Partial<Floors> {
  const given = fieldNames.filter((field) => rule[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, rule[field]]));
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A bare number is seconds. */
function durationMs(input: unknown): number | undefined {
  if (typeof input === "number") return input >= 0 && input < 1e9 ? input * 1000 : undefined;
  const found = typeof input === "string" ? /^(\d{1,9}) ?([smhd])$/.exec(input.trim()) : null;
  if (found === null) return undefined;
  return Number(found[1]) * units[found[2] as keyof typeof units];
}

function showDuration(ms: number): string {
  for (const unit of ["d", "h", "m"] as const) {
    if (ms > 0 && ms % units[unit] === 0) return `${ms / units[unit]}${unit}`;
  }
  return `${ms / 1000}s`;
}
