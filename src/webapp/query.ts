/**
 * The parameters of a request, each read with its type, limits and default.
 *
 * Nothing is thrown: a wrong value gives the default, and the first fault is kept until the route
 * asks for it with `fault`, which also refuses parameters that nobody read. A typing error in a
 * parameter's name is thus an answer, not a silent default.
 */
import { canonicalName, nameBytesMax, type TimeRange } from "../model/index.ts";
import { quoted, type Fault, type FaultCode } from "./fault.ts";
import { durationTextForms, parseDurationText, parseTimeText, timeTextForms } from "./time-text.ts";

/** Ignored everywhere: what scripts append so that no cache answers. */
const ignoredNames: ReadonlySet<string> = new Set(["_"]);

/** Longer ranges than this are not asked for. */
export const rangeLengthMaxMs = 400 * 86_400_000;

export interface NumberLimits {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

export class Query {
  readonly nowMs: number;
  readonly #given: URLSearchParams;
  readonly #known: string[] = [];
  #fault: Fault | undefined;

  /** @param given  the whole URL of the request, or the parameters themselves */
  constructor(given: string | URLSearchParams, nowMs: number) {
    this.#given = typeof given === "string" ? parametersOf(given) : given;
    this.nowMs = nowMs;
  }

  /** Whether it is there at all, whatever it says. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** The first thing wrong with the request. Ask when every parameter has been read. */
  fault(): Fault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    for (const name of this.#given.keys()) {
      if (this.#known.includes(name) || ignoredNames.has(name)) continue;
      const known =
        this.#known.length === 0 ? "none is taken" : `known are ${this.#known.join(", ")}`;
      return { code: "unknown-parameter", message: `No parameter ${quoted(name)} here; ${known}.` };
    }
    return undefined;
  }

  text(name: string, limits: { readonly fallback: string; readonly bytesMax: number }): string {
    const found = this.#take(name);
    if (found === undefined) return limits.fallback;
    if (Buffer.byteLength(found) <= limits.bytesMax) return found;
    this.#refuse(name, found, `at most ${limits.bytesMax} bytes`);
    return limits.fallback;
  }

  /** The name of a series in its one spelling; undefined where none was given. */
  seriesName(name = "name"): string | undefined {
    const found = this.#take(name);
    if (found === undefined) return undefined;
    if (found !== "" && Buffer.byteLength(found) <= nameBytesMax) return canonicalName(found);
    this.#refuse(name, found, `a series' name of 1 to ${nameBytesMax} bytes`);
    return undefined;
  }

  /** @returns "" where it is missing, which is a fault */
  requiredSeriesName(name = "name"): string {
    const isMissing = !this.#given.has(name);
    if (isMissing)
      this.#keep("missing-parameter", `Parameter ${name} is missing: the name of a series.`);
    return this.seriesName(name) ?? "";
  }

  integer(name: string, limits: NumberLimits): number {
    const found = this.#take(name);
    if (found === undefined) return limits.fallback;
    const value = /^\d{1,15}$/.test(found) ? Number(found) : NaN;
    if (value >= limits.min && value <= limits.max) return value;
    this.#refuse(name, found, `a whole number from ${limits.min} to ${limits.max}`);
    return limits.fallback;
  }

  /** A number with a fraction; undefined where none was given. */
  fraction(
    name: string,
    limits: { readonly min: number; readonly max: number },
  ): number | undefined {
    const found = this.#take(name);
    if (found === undefined) return undefined;
    const value = /^\d{1,15}(?:\.\d{1,15})?$/.test(found) ? Number(found) : NaN;
    if (value >= limits.min && value <= limits.max) return value;
    this.#refuse(name, found, `a number from ${limits.min} to ${limits.max}`);
    return undefined;
  }

  /** Milliseconds; undefined where none was given. */
  duration(name: string, limits: { readonly maxMs: number }): number | undefined {
    const found = this.#take(name);
    if (found === undefined) return undefined;
    const lengthMs = parseDurationText(found);
    if (lengthMs !== undefined && lengthMs <= limits.maxMs) return lengthMs;
    this.#refuse(name, found, `${durationTextForms}; at most ${limits.maxMs / 86_400_000} days`);
    return undefined;
  }

  /** Texts between commas; the parameter may also be given several times. Empty ones are left out. */
  list(name: string, limits: { readonly countMax: number; readonly bytesMax: number }): string[] {
    if (!this.#known.includes(name)) this.#known.push(name);
    const all = this.#given
      .getAll(name)
      .flatMap((text) => text.split(","))
      .map((text) => text.trim())
      .filter((text) => text !== "");
    const isLong = all.find((text) => Buffer.byteLength(text) > limits.bytesMax);
    if (isLong !== undefined) this.#refuse(name, isLong, `at most ${limits.bytesMax} bytes each`);
    if (all.length > limits.countMax) {
      this.#refuse(name, `${all.length} of them`, `at most ${limits.countMax}`);
    }
    return all;
  }

  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: NoInfer<Choice>,
  ): Choice {
    const found = this.#take(name);
    if (found === undefined) return fallback;
    const chosen = choices.find((choice) => choice === found);
    if (chosen === undefined) this.#refuse(name, found, choices.join(", "));
    return chosen ?? fallback;
  }

  flag(name: string): boolean {
    const found = this.choice(name, ["0", "1", "false", "true"], "0");
    return found === "1" || found === "true";
  }

  /** Like `flag`; undefined where none was given. */
  optionalFlag(name: string): boolean | undefined {
    const flag = this.flag(name);
    return this.has(name) ? flag : undefined;
  }

  /** Unix milliseconds; undefined where none was given. */
  time(name: string): number | undefined {
    const found = this.#take(name);
    if (found === undefined) return undefined;
    const timeMs = parseTimeText(found, this.nowMs);
    if (timeMs === undefined) this.#refuse(name, found, timeTextForms);
    return timeMs;
  }

  /** `from` and `until`, where a side that is missing has the given length before or after it. */
  range(limits: { readonly fallbackMs: number; readonly lengthMaxMs: number }): TimeRange {
    const from = this.time("from");
    const until = this.time("until");
    const untilMs = until ?? this.nowMs;
    const fromMs = from ?? untilMs - limits.fallbackMs;
    if (fromMs >= untilMs) {
      this.#keep(
        "bad-parameter",
        `from is ${fromMs / 1000} and until ${untilMs / 1000}: from must be earlier.`,
      );
    } else if (untilMs - fromMs > limits.lengthMaxMs) {
      const days = limits.lengthMaxMs / 86_400_000;
      this.#keep("bad-parameter", `from and until are more than ${days} days apart.`);
    } else return { fromMs, untilMs };
    return { fromMs: this.nowMs - limits.fallbackMs, untilMs: this.nowMs };
  }

  refuse(name: string, message: string): void {
    this.#keep("bad-parameter", `Parameter ${name}: ${message}`);
  }

  #take(name: string): string | undefined {
    if (!this.#known.includes(name)) this.#known.push(name);
    const all = this.#given.getAll(name);
    if (all.length > 1) {
      this.#keep(
        "repeated-parameter",
        `Parameter ${name} is given ${all.length} times; once is allowed.`,
      );
    }
    return all[0];
  }

  #refuse(name: string, found: string, allowed: string): void {
    this.#keep("bad-parameter", `Parameter ${name} is ${quoted(found)}; allowed: ${allowed}.`);
  }

  #keep(code: FaultCode, message: string): void {
    this.#fault ??= { code, message };
  }
}

function parametersOf(url: string): URLSearchParams {
  const cut = url.indexOf("?");
  return new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1));
}
