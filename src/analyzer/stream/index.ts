export {
  decodeSeriesState,
  encodeSeriesState,
  seriesStateBytesMax,
  seriesStateVersion,
} from "./series-state.ts";
export { StreamJudge, type StreamJudgeOptions, type StreamWindow } from "./stream-judge.ts";
