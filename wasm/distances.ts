/**
 * Distances of one query to many z-normalised rows, in single precision: what lets a search leave out
 * most rows. The ones left are measured by src/oculus/distance, which defines the answer; how far these
 * numbers may be off is stated in src/kernel/single-query.ts and src/kernel/lagged-query.ts.
 *
 * Addresses are in bytes. `out` takes a number for each row; for `dtw` it has room up to a multiple of
 * four. With `isSecond` the lesser of it and what is there is kept: for the row and its mirror image.
 */
export { best, smoothed } from "./lib/distances/best";
export { lagged } from "./lib/distances/lags";
export { euclidean, keogh, listWithin } from "./lib/distances/sums";
export { dtw } from "./lib/distances/warping";
