export type { Baseline, Expectation } from "./baseline.ts";
export { rarityScore } from "./calibration.ts";
export { Detector } from "./detector.ts";
export { DetectorState, stateBytes } from "./layout.ts";
