/**
 * Every setting of Kale: one table, from which come the typed `Settings`, the file's keys, the
 * environment variables, the flags, the help, the shell completion and docs/settings.md.
 *
 * A setting's key is written as in the YAML file, "ports.pickle" for `pickle` under `ports`. Its
 * flag is `--port-pickle`, its environment variable KALE_PORT_PICKLE. `original` is the name that
 * the original's settings.py had for it.
 */
import { intakeSettingsTable } from "./intake-settings.ts";
import { alertSettingsTable, judgingSettingsTable } from "./judging-settings.ts";
import { keepingSettingsTable } from "./keeping-settings.ts";
import { logSettingsTable, portSettingsTable, programSettingsTable } from "./program-settings.ts";
import { remoteSettingsTable } from "./remote-settings.ts";
import type { SettingKind } from "./setting-kinds.ts";

export interface Setting<Value> {
  readonly key: string;
  readonly kind: SettingKind<Value>;
  readonly standard: Value;
  /** One sentence. */
  readonly doc: string;
  readonly original?: string;
  /** Settings are listed under this heading. */
  readonly group: SettingGroup;
}

export type SettingGroup =
  | "Program"
  | "Ports"
  | "Taking in"
  | "Keeping"
  | "Redis"
  | "Elasticsearch"
  | "Judging"
  | "Alerts"
  | "Log";

/** The whole table; the field's name is the one in `Settings`. */
export const settingsTable = {
  ...programSettingsTable,
  ...portSettingsTable,
  ...intakeSettingsTable,
  ...keepingSettingsTable,
  ...remoteSettingsTable,
  ...judgingSettingsTable,
  ...alertSettingsTable,
  ...logSettingsTable,
} as const satisfies Readonly<Record<string, AnySetting>>;

/** A setting whose value type is not known: what loops over the table see. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- kinds both read and show their value
export type AnySetting = Setting<any>;

export type SettingField = keyof typeof settingsTable;

/** The settings in force. Times are milliseconds, ports 0 where off. */
export type Settings = {
  readonly [Field in SettingField]: (typeof settingsTable)[Field]["kind"] extends SettingKind<
    infer Value
  >
    ? Value
    : never;
};

/** Where a value came from, e.g. "file kale.yaml:3", "env KALE_BIND", "flag --bind", "default". */
export interface SettingOrigin {
  readonly source: "flag" | "env" | "file" | "default";
  readonly where: string;
}
export type SettingOrigins = Readonly<Record<SettingField, SettingOrigin>>;

export const settingFields = Object.keys(settingsTable) as readonly SettingField[];

export function settingOf(field: SettingField): AnySetting {
  return settingsTable[field];
}

/** "ports.pickle" → "--port-pickle" */
export function flagOf(key: string): string {
  return `--${key.replace(/^ports\./, "port-").replaceAll(".", "-")}`;
}

/** "ports.pickle" → "KALE_PORT_PICKLE" */
export function envNameOf(key: string): string {
  return `KALE_${flagOf(key).slice(2).replaceAll("-", "_").toUpperCase()}`;
}

export function defaultSettings(): Settings {
  return Object.fromEntries(
    settingFields.map((field) => [field, settingOf(field).standard as unknown]),
  ) as Settings;
}
