export type * from "./contract.ts";
export { EpisodeFeed } from "./episode-feed.ts";
export { IncidentBook } from "./incident-book.ts";
export { WebappError } from "./errors.ts";
export type { CanaryReport, SettingReport, StartingReport } from "./parts.ts";
export { startWebapp, type OpenPort, type WebappPort } from "./server.ts";
export { trialJson } from "./rules-api.ts";
export { parseRulesText } from "./rules-text.ts";
export { parseTimeText, timeTextForms } from "./time-text.ts";
