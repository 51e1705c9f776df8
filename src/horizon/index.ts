export { Horizon } from "./horizon.ts";
export type { HorizonOptions, ListenResult } from "./horizon.ts";
export { HostVitals } from "./host-vitals.ts";
export type { HostVitalsOptions } from "./host-vitals.ts";
export type { BatchOutlet } from "./intake.ts";
export { defaultHorizonSettings } from "./settings.ts";
export type { HorizonSettings, ListenerKey, ListenerPort } from "./settings.ts";
