import { expect, test } from "vitest";
import { loadSettings } from "./load-settings.ts";

function load(
  args: readonly string[],
  env: Record<string, string> = {},
  file = "",
): ReturnType<typeof loadSettings> {
  return loadSettings(args, env, (path) => {
    if (path !== "kale.yaml") throw new Error("ENOENT: no such file");
    return file;
  });
}

test("loadSettings() takes flag over environment over file over default", () => {
  const file = "max-age: 1m\nstale-period: 1m\nbind: 0.0.0.0\n";
  const env = { KALE_MAX_AGE: "2m", KALE_STALE_PERIOD: "2m" };
  const { settings, origins, problems } = load(
    ["--config", "kale.yaml", "--max-age=3m"],
    env,
    file,
  );
  expect(problems).toEqual([]);
  expect(settings.ageMaxMs).toBe(180_000);
  expect(settings.stalePeriodMs).toBe(120_000);
  expect(settings.bindAddress).toBe("0.0.0.0");
  expect(settings.webappPort).toBe(1500);
  expect(origins.ageMaxMs).toEqual({ source: "flag", where: "--max-age" });
  expect(origins.stalePeriodMs).toEqual({ source: "env", where: "KALE_STALE_PERIOD" });
  expect(origins.bindAddress).toEqual({ source: "file", where: "kale.yaml:3:7" });
  expect(origins.webappPort.source).toBe("default");
});

test("loadSettings() lists every problem of a file with line, column, found and allowed", () => {
  const file = [
    "ports:",
    "  pickle: twenty",
    "  carbn: 2003",
    "max-ago: 5m",
    "checks: [grubbs, tarot]",
    "bind:",
    "roles: {horizon: true}",
    "",
  ].join("\n");
  const { problems } = load(["--config", "kale.yaml"], {}, file);
  expect(problems.map(({ where, message }) => `${where}: ${message}`)).toEqual([
    'kale.yaml:3:3: unknown setting "ports.carbn"; did you mean ports.carbon?',
    'kale.yaml:4:1: unknown setting "max-ago"; did you mean max-age?',
    'kale.yaml:2:11: ports.pickle: found "twenty"; allowed is a port number from 1 to 65535, or 0 for off',
    expect.stringMatching(
      /^kale.yaml:5:9: checks: found \["grubbs","tarot"\]; allowed is a list of /,
    ),
    expect.stringMatching(/^kale.yaml:6:\d: bind: found nothing; allowed is an IP address/),
    expect.stringMatching(/^kale.yaml:7:8: roles: found a map; allowed is a list of horizon/),
  ]);
});

test.each([
  { name: "broken YAML", file: "bind: [1", problem: /kale.yaml:1:\d+: not YAML/ },
  {
    name: "a key twice",
    file: "bind: ::1\nbind: ::1\n",
    problem: /kale.yaml:2:1: not YAML: .*unique/,
  },
  { name: "a list", file: "- bind", problem: /kale.yaml:1:1: found \["bind"\]; allowed is a map/ },
  {
    name: "ports as a number",
    file: "ports: 5",
    problem: /kale.yaml:1:8: ports: found 5; allowed is a map/,
  },
  { name: "an alias", file: "data: &a x\nbind: *a\n", problem: /kale.yaml:2:7: found an alias/ },
  { name: "a huge file", file: " ".repeat(2 << 20), problem: /over 1 MiB/ },
])("loadSettings() refuses $name", ({ file, problem }) => {
  const { problems } = load(["--config", "kale.yaml"], {}, file);
  expect(problems.map(({ where, message }) => `${where}: ${message}`).join("\n")).toMatch(problem);
});

test.each([
  { args: ["--bnd", "::1"], problem: "--bnd: unknown option; did you mean --bind?" },
  { args: ["--bind"], problem: "--bind: needs a value" },
  { args: ["stop"], problem: '"stop": is not expected here' },
  { args: ["--config", "none.yaml"], problem: "none.yaml: cannot be read: ENOENT: no such file" },
  {
    args: ["--consensus", "7", "--checks", "grubbs"],
    problem: "--consensus: consensus is 7, but only 1 checks vote",
  },
  {
    args: ["--port-carbon", "2024"],
    problem: "--port-carbon: ports.pickle and ports.carbon are both 2024",
  },
  { args: ["--full-duration", "15d"], problem: /--full-duration: found "15d"; allowed/ },
  { args: ["--retention", "3h"], problem: /--retention: retention is shorter/ },
])("loadSettings($args) tells $problem", ({ args, problem }) => {
  const texts = load(args).problems.map(({ where, message }) => `${where}: ${message}`);
  expect(texts.join("\n")).toMatch(problem);
});

test("loadSettings() reads switches in all three places", () => {
  expect(load(["--no-host-metrics"]).settings.hostMetrics).toBe(false);
  expect(load([], { KALE_HOST_METRICS: "off" }).settings.hostMetrics).toBe(false);
  expect(load(["--config=kale.yaml"], {}, "host-metrics: no").settings.hostMetrics).toBe(false);
  expect(load(["--compat"]).settings.isCompatible).toBe(true);
});

test("loadSettings() knows which ports were asked for by name", () => {
  const { asked } = load(
    ["--port-carbon", "2003", "--config", "kale.yaml"],
    { KALE_PORT_OCULUS: "0" },
    "ports:\n  webapp: 1501\n",
  );
  expect([...asked].sort()).toEqual(["ports.carbon", "ports.webapp"]);
});

test("loadSettings() warns of unknown variables, but not of those that Kubernetes sets", () => {
  const env = {
    KALE_BNID: "::1",
    KALE_TOKEN: "secret",
    KALE_PORT: "tcp://10.0.0.1:1500",
    KALE_SERVICE_HOST: "10.0.0.1",
    KALE_PORT_1500_TCP_ADDR: "10.0.0.1",
  };
  const { warnings, problems } = load([], env);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    "the environment variable KALE_BNID means nothing to Kale; did you mean KALE_BIND?",
  ]);
});

test("loadSettings() takes an empty file and a file of comments as no settings", () => {
  expect(load(["--config", "kale.yaml"], {}, "# nothing\n").problems).toEqual([]);
  expect(load(["--config", "kale.yaml"], {}, "ports:\n").problems).toEqual([]);
});

test.each([
  {
    name: "rules that are no JSON",
    args: ["--rules", "[{"],
    problem: /^--rules: is not JSON: .*position 2/,
  },
  {
    name: "alerts that are no JSON",
    args: ["--alerts", "{"],
    problem: /^--alerts: is not JSON: /,
  },
  {
    name: "which of the rules is wrong, and how",
    args: ["--rules", '[{"match":"a"},{"match":"b","leest-relative":0.2}]'],
    problem: /^--rules: Rule 2: .*leest-relative/,
  },
])("loadSettings() tells of $name", ({ args, problem }) => {
  const { problems } = load(args);
  expect(problems.map(({ where, message }) => `${where}: ${message}`)).toEqual([
    expect.stringMatching(problem),
  ]);
});

test("loadSettings() takes empty texts for no rules and no alerts", () => {
  const { settings, problems } = load([], { KALE_RULES: "", KALE_ALERTS: "" });
  expect(problems).toEqual([]);
  expect([settings.rules, settings.alerts.channels]).toEqual([[], []]);
});
