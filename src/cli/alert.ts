/** kale alert test */
import { readFileSync } from "node:fs";
import { readSecret, sendTestNotice } from "../alert/index.ts";
import { UsageError, type Command } from "./command.ts";
import { loadSettings, settingOptions, showProblems } from "./load-settings.ts";

export const alertCommand: Command = {
  name: "alert",
  summary: "says a test through the channels that alerts take",
  help: `usage: kale alert test [CHANNEL] [--config FILE] [any setting as a flag]

Says "a test, nothing is wrong" through CHANNEL, or through every channel of the settings' alerts, and
tells of each whether it arrived. Needs no running Kale.

Exit status: 0 when all arrived, 1 when one did not or there is none, 2 for a wrong call or
settings that cannot be used.

  kale alert test --config /etc/kale/kale.yaml
  kale alert test ops-mail --config kale.yaml
`,
  options: settingOptions,
  secondWords: ["test"],
  async run([action, ...args], io) {
    if (action !== "test") throw new UsageError("needs the word test: kale alert test");
    const [first, ...others] = args;
    const channel = first !== undefined && !first.startsWith("-") ? first : undefined;
    const { settings, problems, warnings } = loadSettings(
      channel === undefined ? args : others,
      io.env,
      (path) => readFileSync(path, "utf8"),
    );
    if (problems.length > 0) {
      io.stderr.write(`kale alert: the settings cannot be used\n${showProblems(problems)}`);
      return 2;
    }
    for (const warning of warnings) io.stderr.write(`kale alert: ${warning}\n`);
    const { channels, pageUrl } = settings.alerts;
    const wanted = channels.filter(({ name }) => channel === undefined || name === channel);
    if (wanted.length === 0) {
      const known = channels.map(({ name }) => name).join(", ");
      io.stderr.write(
        channels.length === 0
          ? "kale alert: the settings name no channel under alerts, channels\n"
          : `kale alert: there is no channel ${JSON.stringify(channel)}; there are: ${known}\n`,
      );
      return 1;
    }
    const picture = (): Promise<undefined> => Promise.resolve(undefined);
    const results = await sendTestNotice(
      wanted,
      { pageUrl, picture, readSecret },
      io.clock.nowMs(),
    );
    for (const result of results) {
      io.stdout.write(`${result.channel}: ${result.problem === "" ? "arrived" : result.problem}\n`);
    }
    return results.every(({ problem }) => problem === "") ? 0 : 1;
  },
};
