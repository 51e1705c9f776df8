/**
 * The rules of a configuration: those that it lists, and before them the zone that holds where none of them says
 * another.
 */
import type { Rule } from "../model/index.ts";
import type { Settings } from "./settings.ts";

export function configuredRules(settings: Pick<Settings, "rules" | "timeZone">): Rule[] {
  return [...zoneRules(settings), ...settings.rules];
}

/** What says the zone that holds everywhere; nothing where that is UTC. */
export function zoneRules({ timeZone }: Pick<Settings, "timeZone">): Rule[] {
  const zone = timeZone === "machine" ? machineZone() : timeZone;
  return zone === "UTC" ? [] : [{ match: "*", timeZone: zone }];
}

/** UTC has several names, which mean the same to nobody who reads them. */
function machineZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return /^(Etc\/)?(UTC|UCT|GMT|Zulu|Universal|Greenwich)$/.test(timeZone) ? "UTC" : timeZone;
}
