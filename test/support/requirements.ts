/**
 * Programs that some tests talk to. Where one is missing the tests are reported as skipped, with the
 * command that installs it; in CI a missing one is a failure.
 */
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";

export interface Requirement {
  readonly name: string;
  /** The command that installs it; `npm run setup:clients` where it is not given. */
  readonly setup?: string;
  readonly isThere: boolean;
}

export const chromiumPath = "/usr/bin/chromium";
export const chromium: Requirement = { name: "chromium", isThere: existsSync(chromiumPath) };
export const alertmanagerPath = "/usr/bin/prometheus-alertmanager";
export const alertmanager: Requirement = {
  name: "prometheus-alertmanager",
  isThere: existsSync(alertmanagerPath),
};
export const carbonRelay: Requirement = {
  name: "carbon-relay (graphite-carbon)",
  isThere: existsSync("/usr/bin/carbon-relay"),
};
/** What the commands of the page of sources are made of. */
export const shellTools: Requirement = {
  name: "bash, curl, nc and python3",
  get isThere() {
    const tools = "command -v curl && command -v nc && command -v python3";
    return spawnSync("bash", ["-c", tools]).status === 0;
  },
};
export const perlSender: Requirement = {
  name: "Perl's AnyEvent::Handle::UDP and Data::MessagePack",
  get isThere() {
    const modules = ["-MAnyEvent", "-MAnyEvent::Handle::UDP", "-MData::MessagePack"];
    return spawnSync("perl", [...modules, "-e", "1"]).status === 0;
  },
};

/** Where `npm run setup:clients` puts clients from npm and PyPI. */
const clientsFolder = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "kale-clients",
);
export const nodeClients = {
  name: "clients from npm",
  folder: join(clientsFolder, "node"),
  isThere: existsSync(join(clientsFolder, "node", "complete")),
};
export const pythonClients = {
  name: "clients from PyPI",
  program: join(clientsFolder, "python", "bin", "python3"),
  isThere: existsSync(join(clientsFolder, "python", "complete")),
};
export const collectd: Requirement = {
  name: "collectd-core",
  isThere: existsSync("/usr/sbin/collectd"),
};
export const gmond: Requirement = {
  name: "ganglia-monitor",
  isThere: existsSync("/usr/sbin/gmond") && existsSync("/usr/bin/gmetric"),
};
export const influxCli: Requirement = {
  name: "influxdb-client",
  isThere: existsSync("/usr/bin/influx"),
};

export const prometheusPath = "/usr/bin/prometheus";
export const prometheusServer: Requirement = {
  name: "prometheus",
  isThere: existsSync(prometheusPath),
};

export const nodeExporterPath = "/usr/bin/prometheus-node-exporter";
export const nodeExporter: Requirement = {
  name: "prometheus-node-exporter",
  isThere: existsSync(nodeExporterPath),
};

/** `describe` for tests that need a program. */
export function describeWith(requirement: Requirement, title: string, tests: () => void): void {
  if (requirement.isThere) {
    describe(title, tests);
    return;
  }
  const remedy = `needs ${requirement.name}: ${requirement.setup ?? "npm run setup:clients"}`;
  if (process.env["CI"] === "true") {
    describe(title, () => {
      throw new Error(remedy);
    });
  } else describe.skip(`${title} (${remedy})`, tests);
}
