export {
  decodeSeriesState,
  encodeSeriesState,
  seriesStateBytesMax,
  seriesStateVersion,
} from "./series-state.ts";
export { StreamJudge } from "./stream-judge.ts";
export type { StreamWindow } from "./stream-window.ts";
export { Rehearsal } from "./rehearsal.ts";
export { replayEpisodes } from "./episode-replay.ts";
