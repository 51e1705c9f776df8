export * from "./detector/index.ts";
export * from "./episodes.ts";
export * from "./judge.ts";
export * from "./numbers.ts";
export * from "./sentence.ts";
export * from "./settings.ts";
export * from "./stream/index.ts";
export type { Trigger } from "./second-order.ts";
export { RunningVotes } from "./votes/running-votes.ts";
