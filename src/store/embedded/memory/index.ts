export { SeriesMemory } from "./series-memory.ts";
export type { SeriesMemoryOptions, SeriesMemoryStats } from "./series-memory-options.ts";
