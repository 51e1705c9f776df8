export { Horizon } from "./horizon.ts";
export type { ListenResult } from "./horizon.ts";
export { HostVitals } from "./host-vitals.ts";
