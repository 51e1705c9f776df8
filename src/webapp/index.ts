export type * from "./contract.ts";
export { EpisodeFeed, type EpisodeFeedOptions, type FeedEntry } from "./episode-feed.ts";
export { WebappError, type WebappErrorCode } from "./errors.ts";
export type {
  CanaryReport,
  SettingReport,
  SkylineSettings,
  WebappLimits,
  WebappParts,
} from "./parts.ts";
export {
  startWebapp,
  type OpenPort,
  type RunningWebapp,
  type WebappOptions,
  type WebappPort,
} from "./server.ts";
