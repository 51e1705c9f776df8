/** Reads the files that the settings of collectd name. */
import { readFileSync } from "node:fs";
import type { HorizonSettings } from "../horizon/index.ts";
import { StartError } from "./running.ts";
import type { Settings } from "./settings.ts";

export interface CollectdFiles {
  readonly security?: HorizonSettings["collectd"]["security"];
  /** The text of types.db; "" for none. */
  readonly typesText: string;
}

/** @throws StartError  where a file cannot be read, or a level is asked for without passwords */
export function readCollectdFiles(settings: Settings): CollectdFiles {
  const { collectdSecurity: level, collectdAuthFile, collectdTypesFile } = settings;
  const typesText =
    collectdTypesFile === "" ? "" : readText("collectd-types-db", collectdTypesFile);
  if (collectdAuthFile === "") {
    if (level === "none") return { typesText };
    const message = `collectd-security is ${level}, but no collectd-auth-file says who may send`;
    throw new StartError("START_PART_FAILED", message);
  }
  const passwords = passwordsOf(readText("collectd-auth-file", collectdAuthFile));
  return { security: { level, passwords }, typesText };
}

/** One "user: password" a line, blanks around either left out; collectd.conf(5), AuthFile. */
function passwordsOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.includes(":") && !/^\s*#/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const cut = line.indexOf(":");
      return [line.slice(0, cut).trim(), line.slice(cut + 1).trim()];
    }),
  );
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("START_PART_FAILED", `${key} cannot be read: ${reason}`, { cause });
  }
}
