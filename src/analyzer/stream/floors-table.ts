/**
 * Which rules apply to a series: looked up by its name once, then a number in a column. Distinct plans
 * (model/rules.ts) are few, however many the series.
 */
import { type FloorsPlan, RuleBook } from "../../model/index.ts";
import type { StreamColumns } from "./columns.ts";

export class FloorsTable {
  readonly #columns: StreamColumns;
  readonly #nameOf: (id: number) => string;
  readonly #found: (id: number, plan: FloorsPlan) => void;
  #rules = new RuleBook([]);
  #plans: FloorsPlan[] = [];
  readonly #planByKey = new Map<string, number>();

  /** @param found  called where it was looked up which apply, and before they do */
  constructor(
    columns: StreamColumns,
    nameOf: (id: number) => string,
    found: (id: number, plan: FloorsPlan) => void,
  ) {
    this.#columns = columns;
    this.#nameOf = nameOf;
    this.#found = found;
  }

  get rules(): RuleBook {
    return this.#rules;
  }

  use(rules: RuleBook): void {
    this.#rules = rules;
    this.#plans = [];
    this.#planByKey.clear();
    this.#columns.floors.fill(0);
  }

  planOf(id: number): FloorsPlan {
    const known = this.#columns.floors[id]! - 1;
    if (known >= 0) return this.#plans[known]!;
    const plan = this.#rules.planFor(this.#nameOf(id));
    const place = this.#planByKey.get(plan.key) ?? this.#plans.push(plan) - 1;
    this.#planByKey.set(plan.key, place);
    this.#columns.floors[id] = place + 1;
    this.#found(id, plan);
    return this.#plans[place]!;
  }
}
