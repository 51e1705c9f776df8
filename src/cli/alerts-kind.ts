/** The setting `alerts`: a map in the YAML file; in a flag or the environment the same as JSON. */
import { readAlertConfig, type AlertConfig } from "../alert/index.ts";
import { parseJsonText } from "./json-text.ts";
import type { SettingKind } from "./setting-kinds.ts";

export const alertsKind: SettingKind<AlertConfig> = {
  allowed: "a map of channels and routes, see docs/alerts.md",
  placeholder: "JSON",
  words: [],
  read: (input) => {
    const json = parseJsonText(input);
    const reading = json.ok ? readAlertConfig(json.value) : undefined;
    return reading?.ok === true ? reading.config : undefined;
  },
  problems: (input) => {
    const json = parseJsonText(input);
    if (!json.ok) return [json.problem];
    const reading = readAlertConfig(json.value);
    return reading.ok ? [] : reading.problems.map(({ path, message }) => `${path} ${message}`);
  },
  show: ({ channels, routes }) =>
    channels.length === 0 ? "{}" : `{ ${channels.length} channels, ${routes.length} routes }`,
};
