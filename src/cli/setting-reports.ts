/** The settings in force, as the status page lists them. */
import type { SettingReport } from "../webapp/index.ts";
import { settingFields, settingOf, type SettingOrigins, type Settings } from "./settings.ts";

export function settingReports(settings: Settings, origins: SettingOrigins): SettingReport[] {
  return settingFields.map((field) => {
    const { key, kind } = settingOf(field);
    return { key, value: kind.show(settings[field]), source: origins[field].where };
  });
}
