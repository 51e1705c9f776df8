export { noAlerts, type AlertConfig } from "./alert-config.ts";
export { readSecret } from "./channels/send.ts";
export { openAlertOffice, sendTestNotice, type AlertOfficeParts } from "./office.ts";
export { readAlertConfig } from "./read-config.ts";
