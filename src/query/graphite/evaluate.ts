/**
 * Evaluates targets: the tree of grammar.ts, from the inside out, with the functions of functions/.
 *
 * Functions that look further back than the request (moving windows, Holt-Winters, time shifts) evaluate
 * their first argument again for another range, as in graphite-web. Deviations: what template() replaces is
 * replaced there too; setXFilesFactor() changes its own target only, not those after it.
 */
import { Budget, defaultGraphiteLimits, type GraphiteLimits, type Pace } from "./budget.ts";
import { type Answer, Call, type Evaluator, type GraphiteFunction, type Scope } from "./call.ts";
import { GraphiteError, quoted } from "./errors.ts";
import { Fetcher, type GraphiteSource } from "./fetch.ts";
import { graphiteFunctions } from "./functions/index.ts";
import { type CallNode, type Node, parseTarget } from "./grammar.ts";
import { convert } from "./parameters.ts";
import type { Series } from "./series.ts";
import type { TimeZone } from "../../base/time-zone.ts";
import type { Value } from "./values.ts";

export interface GraphiteQuery {
  readonly targets: readonly string[];
  /** Unix seconds, whole. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly nowSeconds: number;
  readonly zone: TimeZone;
  readonly xFilesFactor: number;
  /** Values for template(), from the request; they go before those in the target. */
  readonly template: ReadonlyMap<string, string>;
}

/** @throws GraphiteError */
export async function evaluateTargets(
  query: GraphiteQuery,
  source: GraphiteSource,
  pace: Pace,
  limits: GraphiteLimits = defaultGraphiteLimits,
): Promise<readonly Series[]> {
  const evaluation = new Evaluation(query, source, new Budget(limits, pace));
  const found: Series[] = [];
  for (const target of query.targets) {
    if (target.trim() === "") continue;
    const { fromSeconds, untilSeconds, xFilesFactor } = query;
    const scope: Scope = { fromSeconds, untilSeconds, xFilesFactor, replacements: undefined };
    found.push(...(await evaluation.target(target, scope)));
  }
  return found;
}

class Evaluation {
  readonly #query: GraphiteQuery;
  readonly #source: GraphiteSource;
  readonly #fetcher: Fetcher;
  readonly #budget: Budget;
  readonly #stacks = new Map<string, number[]>();

  constructor(query: GraphiteQuery, source: GraphiteSource, budget: Budget) {
    this.#query = query;
    this.#budget = budget;
    this.#source = source;
    this.#fetcher = new Fetcher(source, budget, query.nowSeconds);
  }

  async target(text: string, scope: Scope): Promise<readonly Series[]> {
    return await this.#series(parseTarget(text), scope);
  }

  /** What is no series in the end, such as a number, gives none. */
  async #series(node: Node, scope: Scope): Promise<readonly Series[]> {
    const value = await this.#value(node, scope);
    if (value.kind === "lists") return value.lists.flat();
    return value.kind === "series" ? value.list : [];
  }

  async #value(node: Node, scope: Scope): Promise<Value> {
    switch (node.kind) {
      case "literal":
        return node.literal;
      case "path":
        return await this.#path(node.path, scope);
      case "template": {
        const replacements = new Map<string, string | number>();
        for (const [name, literal] of node.values) {
          if (literal.kind === "number") replacements.set(name, literal.value);
          else if (literal.kind === "text") replacements.set(name, literal.text);
        }
        for (const [name, value] of this.#query.template) replacements.set(name, value);
        const inner: Scope = { ...scope, replacements };
        const value = await this.#value(node.body, inner);
        scope.xFilesFactor = inner.xFilesFactor;
        return value;
      }
      case "call":
        return await this.#call(node, scope);
    }
  }

  async #path(path: string, scope: Scope): Promise<Value> {
    let expression = path;
    for (const [name, value] of scope.replacements ?? []) {
      if (expression === `$${name}`) return replacementValue(value);
      expression = expression.replaceAll(`$${name}`, () => String(value));
    }
    return { kind: "series", list: await this.#fetcher.byPath(expression, scope) };
  }

  async #call(node: CallNode, scope: Scope): Promise<Value> {
    const definition = functionOf(node.name);
    this.#budget.takeCall();
    const args: Value[] = [];
    for (const arg of node.args) args.push(await this.#value(arg, scope));
    const keywords = new Map<string, Value>();
    for (const [key, arg] of node.keywords) keywords.set(key, await this.#value(arg, scope));
    return await this.#run(definition, {
      args,
      keywords,
      scope,
      source: node.text,
      first: node.args[0],
    });
  }

  async #run(definition: GraphiteFunction, given: GivenCall): Promise<Value> {
    const { scope } = given;
    const call = new Call({
      scope,
      evaluator: this.#evaluatorFor(definition, given),
      source: given.source,
      parameters: definition.parameters,
      values: checkArguments(definition, given),
    });
    const value = valueOf(await definition.run(call));
    if (value.kind === "series") {
      for (const { values } of value.list) this.#budget.takePoints(values.length);
    }
    await this.#budget.breathe();
    return value;
  }

  #evaluatorFor(definition: GraphiteFunction, { scope, first }: GivenCall): Evaluator {
    return {
      budget: this.#budget,
      nowSeconds: this.#query.nowSeconds,
      zone: this.#query.zone,
      again: async (other) => {
        if (first !== undefined) return await this.#series(first, other);
        throw new GraphiteError(
          "bad-argument",
          `${definition.name}() reads its series again, so that it cannot be used here.`,
        );
      },
      target: (text, other) => this.target(text, other),
      byTags: (text, expressions) => this.#fetcher.byTags(text, expressions, scope),
      apply: async (name, args) => {
        this.#budget.takeCall();
        const inner = functionOf(name);
        const value = await this.#run(inner, {
          args,
          keywords: new Map(),
          scope,
          source: name,
          first: undefined,
        });
        return value.kind === "series" ? value.list : [];
      },
      isAggregator: isAggregatorName,
      eventTimes: this.#source.eventTimes,
      stackOf: (name) => {
        const stack = this.#stacks.get(name) ?? [];
        this.#stacks.set(name, stack);
        return stack;
      },
    };
  }
}

interface GivenCall {
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly scope: Scope;
  readonly source: string;
  /** The first argument as it was written. */
  readonly first: Node | undefined;
}

function functionOf(name: string): GraphiteFunction {
  const found = graphiteFunctions.get(name);
  if (found !== undefined) return found;
  throw new GraphiteError("unknown-function", `There is no function ${quoted(name)}.`);
}

function isAggregatorName(name: string): boolean {
  return graphiteFunctions.get(name)?.isAggregator === true;
}

function replacementValue(value: string | number): Value {
  if (typeof value === "number") {
    return { kind: "number", value, isInteger: Number.isInteger(value) };
  }
  return /^-?[\d.]+$/.test(value)
    ? { kind: "number", value: Number(value), isInteger: false }
    : { kind: "text", text: value };
}

function valueOf(answer: Answer): Value {
  return "kind" in answer ? answer : { kind: "series", list: answer };
}

/** @returns the arguments by position */
function checkArguments(definition: GraphiteFunction, given: GivenCall): (Value | undefined)[] {
  const { name, parameters } = definition;
  const { args, keywords } = given;
  const last = parameters.at(-1);
  if (args.length > parameters.length && last?.multiple !== true) {
    throw new GraphiteError(
      "bad-argument",
      `${name}() takes at most ${parameters.length} arguments; found ${args.length}.`,
    );
  }
  const values: (Value | undefined)[] = [];
  for (const [i, value] of args.entries()) {
    const parameter = parameters[i] ?? last;
    if (parameter !== undefined) values.push(convert(value, parameter, name, isAggregatorName));
  }
  for (const [key, value] of keywords) {
    const index = parameters.findIndex((parameter) => parameter.name === key);
    const parameter = parameters[index];
    if (parameter === undefined || values[index] !== undefined) {
      const problem =
        parameter === undefined ? "takes no argument named" : "has already an argument";
      throw new GraphiteError("bad-argument", `${name}() ${problem} ${quoted(key)}.`);
    }
    values[index] = convert(value, parameter, name, isAggregatorName);
  }
  for (const [i, parameter] of parameters.entries()) {
    if (parameter.required === true && values[i] === undefined) {
      throw new GraphiteError("bad-argument", `${name}() misses its argument ${parameter.name}.`);
    }
  }
  return values;
}
