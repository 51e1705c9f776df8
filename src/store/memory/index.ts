export { SeriesMemory } from "./series-memory.ts";
export type { SeriesMemoryOptions } from "./series-memory-options.ts";
