export { noAlerts, type AlertConfig } from "./alert-config.ts";
export { readSecret } from "./channels/send.ts";
export type { ConfigProblem } from "./config-fields.ts";
export { AlertError } from "./errors.ts";
export {
  openAlertOffice,
  sendTestNotice,
  type AlertOfficeParts,
  type RunningOffice,
} from "./office.ts";
export { readAlertConfig, type AlertConfigReading } from "./read-config.ts";
