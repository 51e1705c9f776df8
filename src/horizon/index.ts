export { Horizon } from "./horizon.ts";
export type { ListenResult } from "./horizon.ts";
export { HostVitals } from "./host-vitals.ts";
export type { HorizonSettings } from "./settings.ts";
