export * from "./judge.ts";
export * from "./settings.ts";
