/** Operators on two numbers, as Go computes them, and functions of one. */
import type { ArithmeticOperator, ComparisonOperator } from "./ast.ts";

export function calculate(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "^":
      return power(a, b);
    case "atan2":
      return Math.atan2(a, b);
  }
}

/** IEEE 754's pow, by which 1 to any power is 1; JavaScript has NaN there. */
function power(a: number, b: number): number {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

export function compare(operator: ComparisonOperator, a: number, b: number): boolean {
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
  }
}

type NumberFunction = (value: number) => number;

export const numberFunctions: ReadonlyMap<string, NumberFunction> = new Map<string, NumberFunction>(
  [
    ["abs", Math.abs],
    ["acos", Math.acos],
    ["acosh", Math.acosh],
    ["asin", Math.asin],
    ["asinh", Math.asinh],
    ["atan", Math.atan],
    ["atanh", Math.atanh],
    ["ceil", Math.ceil],
    ["cos", Math.cos],
    ["cosh", Math.cosh],
    ["deg", (value) => (value * 180) / Math.PI],
    ["exp", Math.exp],
    ["floor", Math.floor],
    ["ln", Math.log],
    ["log10", Math.log10],
    ["log2", Math.log2],
    ["rad", (value) => (value * Math.PI) / 180],
    ["sgn", (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
    ["sin", Math.sin],
    ["sinh", Math.sinh],
    ["sqrt", Math.sqrt],
    ["tan", Math.tan],
    ["tanh", Math.tanh],
  ],
);
