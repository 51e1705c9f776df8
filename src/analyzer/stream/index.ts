export { StreamJudge, type StreamJudgeOptions, type StreamWindow } from "./stream-judge.ts";
