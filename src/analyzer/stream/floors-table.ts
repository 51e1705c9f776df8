/**
 * Which rules apply to a series: looked up by its name once, then a number in a column. Distinct plans
 * (model/rules.ts) are few, however many the series.
 */
import { type Floors, type FloorsPlan, RuleBook } from "../../model/index.ts";
import type { StreamColumns } from "./columns.ts";

export class FloorsTable {
  readonly #columns: StreamColumns;
  readonly #nameOf: (id: number) => string;
  #rules = new RuleBook([]);
  #plans: FloorsPlan[] = [];
  readonly #planByKey = new Map<string, number>();

  constructor(columns: StreamColumns, nameOf: (id: number) => string) {
    this.#columns = columns;
    this.#nameOf = nameOf;
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

  at(id: number, timeMs: number): Floors {
    return this.#planOf(id).at(timeMs);
  }

  #planOf(id: number): FloorsPlan {
    const known = this.#columns.floors[id]! - 1;
    if (known >= 0) return this.#plans[known]!;
    const plan = this.#rules.planFor(this.#nameOf(id));
    const place = this.#planByKey.get(plan.key) ?? this.#plans.push(plan) - 1;
    this.#planByKey.set(plan.key, place);
    this.#columns.floors[id] = place + 1;
    return this.#plans[place]!;
  }
}
