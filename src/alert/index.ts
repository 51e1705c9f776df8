export { noAlerts, type AlertConfig } from "./alert-config.ts";
export { readSecret } from "./channels/send.ts";
export { openAlertOffice, type AlertOfficeParts } from "./office.ts";
export { readAlertConfig } from "./read-config.ts";
export { sendTestNotice } from "./test-notice.ts";
