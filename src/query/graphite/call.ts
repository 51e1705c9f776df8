/** One call of a function: its arguments, checked, and what it may ask of the evaluation. */
import { assert } from "../../base/assert.ts";
import type { AtTimeOptions } from "./at-time.ts";
import type { Budget } from "./budget.ts";
import type { Parameter } from "./parameters.ts";
import type { Series } from "./series.ts";
import type { Value } from "./values.ts";

/** The range that is asked for, and what setXFilesFactor() may change on the way. */
export interface Scope {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  xFilesFactor: number;
  /** What template() puts in the place of "$name". */
  readonly replacements: ReadonlyMap<string, string | number> | undefined;
}

export type FunctionGroup =
  | "Alias"
  | "Calculate"
  | "Combine"
  | "Filter Data"
  | "Filter Series"
  | "Graph"
  | "Sorting"
  | "Special"
  | "Transform";

export interface GraphiteFunction {
  readonly name: string;
  readonly group: FunctionGroup;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Makes one series of several, so that groupByNode() and its like may name it. */
  readonly isAggregator?: boolean;
  readonly run: (call: Call) => Answer | Promise<Answer>;
}

export type Answer = readonly Series[] | Value;

/** What the evaluation does for a call. */
export interface Evaluator extends AtTimeOptions {
  readonly budget: Budget;
  /** The first argument again, in another scope. */
  again(scope: Scope): Promise<readonly Series[]>;
  /** A target made on the way. */
  target(text: string, scope: Scope): Promise<readonly Series[]>;
  byTags(text: string, expressions: readonly string[]): Promise<readonly Series[]>;
  /** Another function on series that are there already. */
  apply(name: string, args: readonly Value[]): Promise<readonly Series[]>;
  isAggregator(name: string): boolean;
  /** When events with all these tags were, in Unix seconds. */
  eventTimes(
    range: Pick<Scope, "fromSeconds" | "untilSeconds">,
    tags: readonly string[],
  ): readonly number[];
  /** Running totals of stacked(), which go on through all targets of a request. */
  stackOf(name: string): number[];
}

export class Call {
  readonly scope: Scope;
  readonly evaluator: Evaluator;
  /** The call as it was written. */
  readonly source: string;
  readonly #parameters: readonly Parameter[];
  readonly #values: readonly (Value | undefined)[];

  constructor(options: {
    readonly scope: Scope;
    readonly evaluator: Evaluator;
    readonly source: string;
    readonly parameters: readonly Parameter[];
    /** By position; those of a "multiple" parameter follow each other. */
    readonly values: readonly (Value | undefined)[];
  }) {
    this.scope = options.scope;
    this.evaluator = options.evaluator;
    this.source = options.source;
    this.#parameters = options.parameters;
    this.#values = options.values;
  }

  get argumentCount(): number {
    return this.#values.length;
  }

  value(index: number): Value {
    const given = this.#values[index];
    if (given !== undefined && given.kind !== "none") return given;
    const fallback = this.#parameters[index]?.default;
    if (typeof fallback === "string") return { kind: "text", text: fallback };
    if (typeof fallback === "boolean") return { kind: "boolean", value: fallback };
    if (typeof fallback === "number") {
      return { kind: "number", value: fallback, isInteger: Number.isInteger(fallback) };
    }
    return { kind: "none" };
  }

  list(index = 0): readonly Series[] {
    const value = this.value(index);
    if (value.kind === "none") return [];
    assert(value.kind === "series", "a series list was checked to be one");
    return value.list;
  }

  number(index: number): number {
    const found = this.optionalNumber(index);
    assert(found !== undefined, "a required number is there");
    return found;
  }

  optionalNumber(index: number): number | undefined {
    const value = this.value(index);
    return value.kind === "number" ? value.value : undefined;
  }

  text(index: number): string {
    const found = this.optionalText(index);
    assert(found !== undefined, "a required text is there");
    return found;
  }

  optionalText(index: number): string | undefined {
    const value = this.value(index);
    return value.kind === "text" ? value.text : undefined;
  }

  flag(index: number): boolean {
    const value = this.value(index);
    return value.kind === "boolean" && value.value;
  }

  /** The arguments from a position on. */
  rest(index: number): readonly Value[] {
    return this.#values.slice(index).filter((value) => value !== undefined);
  }

  /** The series of all arguments, one after the other. */
  allSeries(): readonly Series[] {
    return this.rest(0).flatMap((value) => (value.kind === "series" ? value.list : []));
  }

  /** A scope that begins and ends elsewhere. */
  scopeAt(change: Partial<Pick<Scope, "fromSeconds" | "untilSeconds">>): Scope {
    return { ...this.scope, ...change };
  }

  /** One series after the other, with turns for others in between. */
  async each(
    list: readonly Series[],
    make: (series: Series, index: number) => Series | undefined,
  ): Promise<Series[]> {
    const made: Series[] = [];
    for (const [i, series] of list.entries()) {
      const one = make(series, i);
      if (one !== undefined) made.push(one);
      await this.evaluator.budget.breathe();
    }
    return made;
  }

  takePoints(count: number): void {
    this.evaluator.budget.takePoints(count);
  }
}
