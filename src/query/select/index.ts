export { SelectorError, type SelectorFault } from "./fault.ts";
export { globLengthMax } from "./glob.ts";
export {
  browseTree,
  checkTree,
  countTagsOf,
  mergeNamePages,
  mergeNodes,
  mergeTagCounts,
  selectNames,
  treeFault,
} from "./scans.ts";
export { checkSelector, compileSelector, selectorFault, type NameTest } from "./selector.ts";
export { anyTagKey, partOf, pathKey, pathOf, tagsOf, type SeriesTag } from "./series-parts.ts";
export { finish, type Steps } from "../../base/steps.ts";
export { quoteExpression } from "./value-test.ts";
