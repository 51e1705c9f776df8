/** kale doctor: looks for what may keep Kale from working here, and says what to do about it. */
import { readFileSync } from "node:fs";
import type { Command, CommandIo } from "./command.ts";
import { canaryFindings } from "./doctor/canary-trip.ts";
import { machineFindings } from "./doctor/machine.ts";
import { portFindings } from "./doctor/ports.ts";
import { storeFindings } from "./doctor/store.ts";
import type { Finding } from "./doctor/finding.ts";
import { loadSettings, settingOptions, showProblems } from "./load-settings.ts";
import { settingsHelp } from "./settings-help.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "looks for what may keep Kale from working here",
  help: `usage: kale doctor [OPTION…]

Looks at this machine with the settings that kale start would have: version of Node, memory, clock,
data folder, the machines that keep the samples, ports and who holds them. Where Kale runs at that
address, a sample is sent through each protocol and read back from the page.

Each line begins with ok, warn or FAIL, and says what to do.

${settingsHelp()}

Exit status: 0 when nothing fails, 1 when something does.
`,
  options: settingOptions,
  async run(args, io) {
    const loaded = loadSettings(args, io.env, (path) => readFileSync(path, "utf8"));
    if (loaded.problems.length > 0) {
      io.stderr.write(`kale doctor: the settings cannot be used\n${showProblems(loaded.problems)}`);
      return 2;
    }
    const { settings } = loaded;
    const canary = await canaryFindings(settings, io.clock);
    const findings: Finding[] = [
      ...loaded.warnings.map(environmentFinding),
      ...(await machineFindings(settings, io.clock)),
      ...(await storeFindings(settings, io.clock)),
      ...(await portFindings(settings, {
        isKaleRunning: canary.isRunning,
        closed: canary.closed,
        asked: loaded.asked,
      })),
      ...canary.findings,
    ];
    for (const finding of findings) report(finding, io);
    return findings.some(({ state }) => state === "fail") ? 1 : 0;
  },
};

function environmentFinding(message: string): Finding {
  const remedy = "unset it, or give it the name of a setting: docs/settings.md lists them";
  return { state: "warn", subject: "environment", message, remedy };
}

function report({ state, subject, message, remedy }: Finding, io: CommandIo): void {
  const mark = state === "fail" ? "FAIL" : state;
  io.stdout.write(`${mark.padEnd(5)} ${subject}: ${message}\n`);
  if (remedy !== undefined && state !== "ok") io.stdout.write(`      → ${remedy}\n`);
}
