export {
  answerInstant,
  answerRange,
  type AnswerOptions,
  type AnswerText,
  stepCountOf,
} from "./answer.ts";
export { typeNames } from "./ast.ts";
export { defaultQueryLimits } from "./budget.ts";
export { typeOf } from "./check.ts";
export { PromqlError } from "./error.ts";
export { LabelSet, metricNameLabel } from "./label-set.ts";
export { formatSample, parseDuration } from "./number-text.ts";
export { parseQuery, parseSelector } from "./parser.ts";
export { printPretty } from "./print.ts";
export { type PromqlSource, selectNames } from "./source.ts";
