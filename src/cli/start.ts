/** kale start: reads the settings, starts every part, runs until it is told to end. */
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { createLogger, type LogFacts, type Logger } from "../base/log.ts";
import { startBanner } from "./banner.ts";
import type { Command, CommandIo } from "./command.ts";
import { loadSettings, settingOptions, showProblems } from "./load-settings.ts";
import type { ListenAddress, RunningAddresses, RunningKale, StartOptions } from "./running.ts";
import { ProgressBar } from "./progress.ts";
import { settingsHelp } from "./settings-help.ts";
import type { Settings } from "./settings.ts";
import { listenForStop, type SignalSource } from "./stop-signals.ts";

const warmLookMs = 250;

/** What `start` needs beside its `CommandIo`; arguments, so that a test can stand in. */
export interface StartParts {
  startKale(options: StartOptions): Promise<RunningKale>;
  readonly signals: SignalSource;
  endAtOnce(status: number): void;
}

export const startCommand: Command = {
  name: "start",
  summary: "runs Kale: takes metrics in, judges each one, serves the page",
  help: `usage: kale start [--config FILE] [OPTION…]

Runs until SIGTERM or Ctrl-C: then it takes in what has arrived, writes it down and exits with
status 0. A second signal ends it at once. The log goes to stderr: text at a terminal, JSON lines
elsewhere.

  kale start
  kale start --bind 0.0.0.0 --data /var/lib/kale
  kale start --config /etc/kale/kale.yaml --port-oculus 0

Every option is also an environment variable (--max-age is KALE_MAX_AGE) and a key of the file;
docs/settings.md tells more. An option wins over the environment, which wins over the file.

${settingsHelp()}

Exit status: 0 after a signal, 1 when it cannot start, 2 when an option or the file is wrong.
`,
  options: settingOptions,
  async run(args, io) {
    return await runStart(args, io, {
      startKale: async (options) => await (await import("./compose.ts")).startKale(options),
      signals: process,
      endAtOnce: (status) => process.exit(status),
    });
  },
};

export async function runStart(
  args: readonly string[],
  io: CommandIo,
  parts: StartParts,
): Promise<number> {
  const loaded = loadSettings(args, io.env, (path) => readFileSync(path, "utf8"));
  if (loaded.problems.length > 0) {
    io.stderr.write(`kale start: the settings cannot be used\n${showProblems(loaded.problems)}`);
    return 2;
  }
  const { settings, origins, asked } = loaded;
  const logger = loggerOf(settings, io);
  for (const warning of loaded.warnings) logger.warn(warning);

  const stop = listenForStop(parts.signals, io.clock, (status) => parts.endAtOnce(status));
  const bar = new ProgressBar(io, "reading what was kept");
  const running = await parts.startKale({
    ...{ settings, origins, asked, io, logger },
    onProgress: (share) => {
      bar.update(share);
    },
  });
  bar.end();
  io.stdout.write(
    startBanner({
      addresses: running.addresses,
      problems: running.problems,
      dataPath: settings.dataPath,
      recordsHost: settings.hostMetrics,
      newAdminToken: running.newAdminToken,
    }),
  );
  if (io.stderr.isTTY !== true) logger.info("listening", listenFacts(running.addresses));
  flushCompileCache();
  void showWarmStart(running, io);
  const signal = await stop.asked;
  logger.info(`${signal}: writing down what has arrived; the same again ends at once`);
  await running.stop();
  stop.release();
  logger.info("ended");
  return 0;
}

/** A bar while the window is filled from a store on other machines. */
async function showWarmStart(running: RunningKale, io: CommandIo): Promise<void> {
  const bar = new ProgressBar(io, "filling the window from the store");
  for (;;) {
    // Nobody answers once the program ends.
    const share = await running.warmShare().catch(() => 1);
    if (share === 1) break;
    bar.update(share ?? 0);
    await new Promise((resolve) => setTimeout(resolve, warmLookMs).unref());
  }
  bar.end();
}

/** For who reads the log by program, and never sees the banner. */
function listenFacts(addresses: RunningAddresses): LogFacts {
  const show = (address: ListenAddress | undefined): string | undefined =>
    address === undefined ? undefined : `${address.host}:${address.port}`;
  const { webapp, oculus, carbon, carbonPickle, msgpack, pickle } = addresses;
  return {
    webapp,
    oculus,
    carbon: show(carbon),
    carbonPickle: show(carbonPickle),
    msgpack: show(msgpack),
    pickle: show(pickle),
  };
}

export function loggerOf(settings: Settings, io: CommandIo): Logger {
  const automatic = io.stderr.isTTY === true ? "text" : "json";
  return createLogger({
    clock: io.clock,
    level: settings.logLevel,
    format: settings.logFormat === "auto" ? automatic : settings.logFormat,
    write: (line) => io.stderr.write(`${line}\n`),
  });
}
