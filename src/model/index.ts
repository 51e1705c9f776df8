export * from "./alerts.ts";
export * from "./episode.ts";
export * from "./keeper.ts";
export * from "./ports.ts";
export * from "./sample-batch.ts";
export * from "./series-name.ts";
export * from "./similarity.ts";
export * from "./verdict.ts";
