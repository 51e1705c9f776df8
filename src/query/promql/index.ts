export {
  answerInstant,
  answerRange,
  type AnswerOptions,
  type AnswerText,
  type RangeQuery,
  stepCountOf,
} from "./answer.ts";
export { type Expression, typeNames } from "./ast.ts";
export { defaultQueryLimits, type QueryLimits } from "./budget.ts";
export { typeOf } from "./check.ts";
export { PromqlError } from "./error.ts";
export { LabelSet, metricNameLabel } from "./label-set.ts";
export { formatSample, parseDuration } from "./number-text.ts";
export { parseQuery, parseSelector } from "./parser.ts";
export { printPretty } from "./print.ts";
export { type PromqlSource, selectNames } from "./source.ts";
