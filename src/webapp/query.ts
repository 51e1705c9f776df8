/**
 * The parameters of a request, each read with its type, limits and default.
 *
 * Nothing is thrown: a wrong value gives the default, and the first fault is kept until the route
 * asks for it with `fault`, which also refuses parameters that nobody read. A typing error in a
 * parameter's name is thus an answer, not a silent default.
 */
import { canonicalName, nameBytesMax, type TimeRange } from "../model/index.ts";
import { quoted, type Fault, type FaultCode } from "./fault.ts";
import { parseTimeText, timeTextForms } from "./time-text.ts";

/** Ignored everywhere: what scripts append so that no cache answers. */
const ignoredNames: ReadonlySet<string> = new Set(["_"]);

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

  /** @param url  the whole URL of the request */
  constructor(url: string, nowMs: number) {
    const cut = url.indexOf("?");
    this.#given = new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1));
    this.nowMs = nowMs;
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
