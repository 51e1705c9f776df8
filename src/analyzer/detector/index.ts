export { Detector } from "./detector.ts";
export { DetectorState, stateBytes } from "./layout.ts";
