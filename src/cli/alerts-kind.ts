/** The setting `alerts`: a map in the YAML file; in a flag or the environment the same as JSON. */
import { readAlertConfig, type AlertConfig } from "../alert/index.ts";
import type { SettingKind } from "./setting-kinds.ts";

export const alertsKind: SettingKind<AlertConfig> = {
  allowed: "a map of channels and routes, see docs/alerts.md",
  placeholder: "JSON",
  words: [],
  read: (input) => {
    const reading = readAlertConfig(mapOf(input));
    return reading.ok ? reading.config : undefined;
  },
  problems: (input) => {
    const reading = readAlertConfig(mapOf(input));
    return reading.ok ? [] : reading.problems.map(({ path, message }) => `${path} ${message}`);
  },
  show: ({ channels, routes }) =>
    channels.length === 0 ? "{}" : `{ ${channels.length} channels, ${routes.length} routes }`,
};

/** Text is JSON; what is none is left as it is, and refused as no map. */
function mapOf(input: unknown): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}
