export { ChangeSearch, type ChangeAnswer } from "./change-search.ts";
export { BandedDtw, bandOf } from "./distance/dtw.ts";
export { TableFiller } from "./fill-table.ts";
export { fingerprint } from "./fingerprint.ts";
export { Grid } from "./grid.ts";
export type { Match } from "./likeness.ts";
export { mergeAnswers } from "./merge.ts";
export { SavedShapes } from "./saved-shapes.ts";
export { ShapeSearch, type SearchAnswer } from "./search.ts";
export {
  defaultMethod,
  planSearch,
  similarityMethods,
  type SearchOptions,
  type SearchPlan,
  type SimilarityMethod,
} from "./search-options.ts";
export { rowCountMax, ShapeTable } from "./shape-table.ts";
export { resample, zNormalise, type ShapeFault } from "./shape.ts";
