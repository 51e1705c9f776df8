export { countNameParts, type DatedName, mergeCardinality } from "./cardinality.ts";
export { SelectorError } from "./fault.ts";
export {
  browseTree,
  checkTree,
  countTagsOf,
  mergeNamePages,
  mergeNodes,
  mergeTagCounts,
  selectNames,
} from "./scans.ts";
export { checkSelector, compileSelector, selectorFault } from "./selector.ts";
export { anyTagKey, partOf, pathKey, pathOf, tagsOf } from "./series-parts.ts";
export { finish } from "../../base/steps.ts";
export { quoteExpression } from "./value-test.ts";
export { joinNamePages, joinNodes, joinTagCounts, tagMatchers, treeMatchers } from "./shared.ts";
