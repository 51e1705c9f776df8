/**
 * The JSON that the pages receive: types only, and all of the server that web/ may see.
 *
 * Times are Unix seconds, with a fraction; names of series are text from outside and never markup.
 * Numbers that JSON cannot write (NaN, infinities) are null.
 */

export type * from "./contract/admin.ts";
export type * from "./contract/alerts.ts";
export type * from "./contract/anomaly.ts";
export type * from "./contract/collections.ts";
export type * from "./contract/feedback.ts";
export type * from "./contract/series.ts";
export type * from "./contract/similar.ts";
export type * from "./contract/sources.ts";
export type * from "./contract/status.ts";
export type * from "./contract/views.ts";
