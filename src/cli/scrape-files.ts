/**
 * Reads the files that the settings of scraping name.
 *
 *     # who is asked with what                    scrape-auth-file
 *     node: basic kale:secret                     user and password, joined by the first ":"
 *     api: bearer eyJhbGciOi…
 *
 * What they hold is a secret: no message and no answer shows it.
 */
import { readFileSync } from "node:fs";
import { StartError } from "./running.ts";
import type { Settings } from "./settings.ts";

export interface ScrapeFiles {
  /** The header Authorization, by job. */
  readonly authorizations: Readonly<Record<string, string>>;
  /** PEM of who is trusted beside the system's authorities; "" for none. */
  readonly certificates: string;
}

/** @throws StartError  where a file cannot be read, or a line of it is none */
export function readScrapeFiles(settings: Settings): ScrapeFiles {
  const { scrapeAuthFile, scrapeCaFile } = settings;
  const text = scrapeAuthFile === "" ? "" : readText("scrape-auth-file", scrapeAuthFile);
  const certificates = scrapeCaFile === "" ? "" : readText("scrape-ca", scrapeCaFile);
  if (certificates !== "" && !certificates.includes("-----BEGIN CERTIFICATE-----")) {
    throw new StartError("START_PART_FAILED", "scrape-ca holds no certificate in PEM");
  }
  return { authorizations: authorizationsOf(text), certificates };
}

function authorizationsOf(text: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const parts = /^\s*([^:\s]+)\s*:\s*(?:bearer\s+([!-~]+)|basic\s+([^:\s]+:.*?))\s*$/.exec(line);
    if (parts === null) {
      const message = `line ${i + 1} of scrape-auth-file is neither "JOB: bearer TOKEN" nor "JOB: basic USER:PASSWORD"`;
      throw new StartError("START_PART_FAILED", message);
    }
    const [, job = "", token, userAndPassword = ""] = parts;
    const basic = `Basic ${Buffer.from(userAndPassword).toString("base64")}`;
    found.push([job, token === undefined ? basic : `Bearer ${token}`]);
  }
  return Object.fromEntries(found);
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("START_PART_FAILED", `${key} cannot be read: ${reason}`, { cause });
  }
}
