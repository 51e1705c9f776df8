/** An OpenSearch that has Kale's plugin, as tools/setup-oculus-scorer.sh builds it of these sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { openSearchHome, isOpenSearchInstalled } from "./opensearch-node.ts";
import type { Requirement } from "./requirements.ts";

const pluginFolder = join(import.meta.dirname, "../../plugins/oculus-scorer");

/** For `home` of `startOpenSearchNode`. */
export const openSearchHomeWithPlugin = join(
  dirname(openSearchHome),
  `opensearch-3.6.0-oculus-${hashOfSources()}`,
);

export const openSearchWithPlugin: Requirement = {
  name: "OpenSearch with Kale's plugin",
  setup: "npm run setup:backends",
  get isThere() {
    return isOpenSearchInstalled() && existsSync(openSearchHomeWithPlugin);
  },
};

/** The same as in the script. */
function hashOfSources(): string {
  const files = readdirSync(join(pluginFolder, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(pluginFolder, join(entry.parentPath, entry.name)));
  const hash = createHash("sha256");
  for (const file of ["pom.xml", ...files].sort()) {
    hash.update(readFileSync(join(pluginFolder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}
