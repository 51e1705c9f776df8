/** The commands there are, each loaded when it is asked for. A test holds the summaries to theirs. */
import type { CommandEntry } from "./dispatch.ts";

export const commandEntries: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "runs Kale: takes metrics in, judges each one, serves the page",
    load: async () => (await import("./start.ts")).startCommand,
  },
  {
    name: "demo",
    summary: "runs Kale on a simulated site with a day of history and incidents",
    load: async () => (await import("./demo.ts")).demoCommand,
  },
  {
    name: "seed",
    summary: "sends sample series to a running Kale and verifies that they arrived",
    load: async () => (await import("./seed.ts")).seedCommand,
  },
  {
    name: "detect",
    summary: "judges series from files or stdin, without a running Kale",
    load: async () => (await import("./detect.ts")).detectCommand,
  },
  {
    name: "similar",
    summary: "finds what moved like a metric",
    load: async () => (await import("./similar.ts")).similarCommand,
  },
  {
    name: "oculus",
    summary: "imports all shapes into the search engine now",
    load: async () => (await import("./oculus.ts")).oculusCommand,
  },
  {
    name: "alert",
    summary: "says a test through the channels that alerts take",
    load: async () => (await import("./alert.ts")).alertCommand,
  },
  {
    name: "rules",
    summary: "tries rules on history, changing nothing",
    load: async () => (await import("./rules.ts")).rulesCommand,
  },
  {
    name: "import",
    summary: "takes history over from other programs and from files",
    load: async () => (await import("./import.ts")).importCommand,
  },
  {
    name: "reset-token",
    summary: "makes a new admin token instead of a lost one",
    load: async () => (await import("./reset-token.ts")).resetTokenCommand,
  },
  {
    name: "check-config",
    summary: "tells every mistake in a configuration file",
    load: async () => (await import("./check-config.ts")).checkConfigCommand,
  },
  {
    name: "doctor",
    summary: "looks for what may keep Kale from working here",
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  {
    name: "completion",
    summary: "prints a script that completes commands and options in a shell",
    load: async () => (await import("./completion.ts")).completionCommand(commandEntries),
  },
  {
    name: "version",
    summary: "prints the version",
    load: async () => (await import("./version.ts")).versionCommand,
  },
];
