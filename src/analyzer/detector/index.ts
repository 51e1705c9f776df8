export { DetectorBank } from "./bank.ts";
export { Expectation } from "./baseline.ts";
export type { Stated } from "./counter.ts";
export { Detector } from "./detector.ts";
export { learnHistory, lessonSpanMinMs } from "./history-lesson.ts";
export { DetectorState, layoutVersion, stateBytes } from "./layout.ts";
export * from "./reading.ts";
