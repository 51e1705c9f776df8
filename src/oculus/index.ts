export {
  baselineFactor,
  ChangeSearch,
  type ChangeAnswer,
  type ChangeFault,
  type ChangeOptions,
} from "./change-search.ts";
export { TableFiller } from "./fill-table.ts";
export { Grid } from "./grid.ts";
export type { Match } from "./likeness.ts";
export { mergeAnswers, type ShardAnswer } from "./merge.ts";
export { matchCountMax } from "./nearest.ts";
export { SavedShapes } from "./saved-shapes.ts";
export { ShapeSearch, type SearchAnswer } from "./search.ts";
export {
  defaultMethod,
  planSearch,
  similarityMethods,
  type PlannedSearch,
  type SearchFault,
  type SearchOptions,
  type SearchPlan,
  type SimilarityMethod,
} from "./search-options.ts";
export { rowCountMax, ShapeTable } from "./shape-table.ts";
export { resample, shapeFaults, zNormalise, type ShapeFault } from "./shape.ts";
