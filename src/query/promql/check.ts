/** Whether the parts of a query fit together; what each gives. In Prometheus' words. */
import { RE2JS } from "re2js";
import {
  type AggregateNode,
  type BinaryNode,
  type CallNode,
  type Expression,
  isComparison,
  isSetOperator,
  type SelectorNode,
  typeNames,
  type ValueType,
} from "./ast.ts";
import { badQuery, type PromqlError } from "./error.ts";
import { signatures } from "./signatures.ts";

export function typeOf(node: Expression): ValueType {
  switch (node.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
    case "aggregate":
      return "vector";
    case "range":
    case "subquery":
      return "matrix";
    case "paren":
    case "unary":
      return typeOf(node.inner);
    case "binary": {
      const isScalar = typeOf(node.left) === "scalar" && typeOf(node.right) === "scalar";
      return isScalar ? "scalar" : "vector";
    }
    case "call":
      return signatures.get(node.name)?.result ?? "vector";
  }
}

/** @throws PromqlError "bad-query" */
export function checkTypes(query: string, root: Expression): void {
  const fault = (node: Expression, message: string): PromqlError =>
    badQuery(query, node.start, message);

  const expect = (node: Expression, wanted: ValueType, where: string): void => {
    check(node);
    const found = typeOf(node);
    if (found === wanted) return;
    throw fault(node, `expected type ${typeNames[wanted]} in ${where}, got ${typeNames[found]}`);
  };

  const check = (node: Expression): void => {
    switch (node.kind) {
      case "number":
      case "string":
        return;
      case "selector":
        checkSelector(node);
        return;
      case "range":
        checkSelector(node.selector);
        return;
      case "paren":
        check(node.inner);
        return;
      case "subquery": {
        check(node.inner);
        const found = typeOf(node.inner);
        if (found === "vector") return;
        const instead = `got ${typeNames[found]} instead`;
        throw fault(node, `subquery is only allowed on instant vector, ${instead}`);
      }
      case "unary": {
        check(node.inner);
        const found = typeOf(node.inner);
        if (found === "vector" || found === "scalar") return;
        const only =
          "unary expression only allowed on expressions of type scalar or instant vector";
        throw fault(node, `${only}, got "${typeNames[found]}"`);
      }
      case "aggregate":
        checkAggregate(node);
        return;
      case "call":
        checkCall(node);
        return;
      case "binary":
        checkBinary(node);
        return;
    }
  };

  const checkSelector = (node: SelectorNode): void => {
    let isNarrowed = false;
    for (const { label, test, value } of node.matchers) {
      const isPattern = test === "match" || test === "mismatch";
      const pattern = isPattern ? compile(value) : undefined;
      if (isPattern && pattern === undefined) {
        const shown = JSON.stringify(value);
        throw fault(node, `error parsing regexp of label ${label}: ${shown}`);
      }
      // A matcher that the empty text passes says nothing of which series there are.
      const passesEmpty = pattern === undefined ? value === "" : pattern.matches("");
      const isNegated = test === "unequal" || test === "mismatch";
      if (passesEmpty === isNegated) isNarrowed = true;
    }
    if (isNarrowed) return;
    throw fault(node, "vector selector must contain at least one non-empty matcher");
  };

  const checkAggregate = (node: AggregateNode): void => {
    expect(node.inner, "vector", "aggregation expression");
    const { aggregator, parameter } = node;
    if (parameter === undefined) return;
    const wanted = aggregator === "count_values" ? "string" : "scalar";
    expect(parameter, wanted, `aggregation parameter`);
  };

  const checkCall = (node: CallNode): void => {
    const signature = signatures.get(node.name);
    if (signature === undefined) throw fault(node, `unknown function with name "${node.name}"`);
    const { args, optionalCount, isOpen } = signature;
    const least = args.length - optionalCount;
    const found = node.args.length;
    const wanted =
      found < least
        ? `${isOpen || optionalCount > 0 ? "at least " : ""}${least}`
        : found > args.length && !isOpen
          ? `${optionalCount > 0 ? "at most " : ""}${args.length}`
          : undefined;
    if (wanted !== undefined) {
      throw fault(node, `expected ${wanted} argument(s) in call to "${node.name}", got ${found}`);
    }
    for (const [i, arg] of node.args.entries()) {
      expect(arg, args[i] ?? args.at(-1)!, `call to function "${node.name}"`);
    }
  };

  const checkBinary = (node: BinaryNode): void => {
    const { left, right, operator, matching, isBool } = node;
    check(left);
    check(right);
    const types = [typeOf(left), typeOf(right)];
    if (types.some((type) => type !== "scalar" && type !== "vector")) {
      throw fault(node, "binary expression must contain only scalar and instant vector types");
    }
    const hasScalar = types.includes("scalar");
    const isScalar = !types.includes("vector");
    if (isBool && !isComparison(operator)) {
      throw fault(node, "bool modifier can only be used on comparison operators");
    }
    if (isScalar && isComparison(operator) && !isBool) {
      throw fault(node, "comparisons between scalars must use BOOL modifier");
    }
    if (hasScalar && isSetOperator(operator)) {
      throw fault(node, `set operator "${operator}" not allowed in binary scalar expression`);
    }
    if (matching === undefined) return;
    if (hasScalar) throw fault(node, "vector matching only allowed between instant vectors");
    if (isSetOperator(operator) && matching.group !== "none") {
      throw fault(node, `no grouping allowed for "${operator}" operation`);
    }
    const twice =
      matching.mode === "on" && matching.include.find((label) => matching.labels.includes(label));
    if (twice !== undefined && twice !== false) {
      throw fault(node, `label "${twice}" must not occur in ON and GROUP clause at once`);
    }
  };

  check(root);
}

/** Over the whole value, as the matchers of the index take it. */
function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}
