export {
  decodeSeriesState,
  encodeSeriesState,
  seriesStateBytesMax,
  seriesStateVersion,
} from "./series-state.ts";
export { StreamJudge, type StreamWindow } from "./stream-judge.ts";
export { replayEpisodes } from "./episode-replay.ts";
