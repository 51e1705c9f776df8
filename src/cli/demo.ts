/** kale demo: Kale on a simulated site with a day of history, incidents, and more to come. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBanner } from "./banner.ts";
import type { Command, CommandIo, OptionSpec } from "./command.ts";
import { seriesCountMax, seriesCountMin } from "./demo/fleet.ts";
import { writeHistory } from "./demo/history.ts";
import { pastIncidents, paymentIncident } from "./demo/incidents.ts";
import { LiveFeed } from "./demo/live-feed.ts";
import { pastEpisodes } from "./demo/past-episodes.ts";
import { Site, stepBefore } from "./demo/site.ts";
import { stepMs } from "./demo/site-values.ts";
import { freePort } from "./free-ports.ts";
import {
  loadSettings,
  portFields,
  settingOptions,
  showProblems,
  type LoadedSettings,
} from "./load-settings.ts";
import { optionHelp, readOptions, wholeOption } from "./options.ts";
import { ProgressBar } from "./progress.ts";
import { loggerOf, type StartParts } from "./start.ts";
import {
  settingFields,
  settingOf,
  type SettingField,
  type SettingOrigins,
  type Settings,
} from "./settings.ts";
import { listenForStop } from "./stop-signals.ts";

const hourMs = 3_600_000;
/** The incident begins this long after the page is opened for the first time. */
const incidentDelayMs = 60_000;
/** Where nobody opens the page, the incident begins all the same, this long after the start. */
const unseenIncidentDelayMs = 300_000;

const options: readonly OptionSpec[] = [
  { flag: "--seed", placeholder: "N", doc: "Another site of the same kind; 1 by default." },
  { flag: "--series", placeholder: "N", doc: "How many metrics the site has; 1500 by default." },
  { flag: "--hours", placeholder: "N", doc: "How much history it has, in hours; 24 by default." },
  { flag: "--keep", placeholder: "", doc: "Leaves the folder behind, and says where it is." },
];

export const demoCommand: Command = {
  name: "demo",
  summary: "runs Kale on a simulated site with a day of history and incidents",
  help: `usage: kale demo [OPTION…]

Simulates the metrics of a web shop: pages, queues, databases, caches, payment providers, hosts and
business counts, with the waves of day and week. Several incidents lie in its history, one is under
way, and a minute after the page is opened a payment provider becomes slow, which shows in some
twelve metrics down to the completed orders, and ends after a quarter of an hour.

The history is written at once; the present is sent every 10 s as real senders do: Carbon, Skyline's
MessagePack, pickle. Everything lies in a temporary folder that is removed at the end; where a
default port is taken, another one is used.

${optionHelp(options)}

Every option of kale start is taken too; --data DIR uses that folder, and keeps it.
`,
  options: [...options, ...settingOptions],
  async run(args, io) {
    return await runDemo(args, io, {
      startKale: async (startOptions) =>
        await (await import("./compose.ts")).startKale(startOptions),
      signals: process,
      endAtOnce: (status) => process.exit(status),
    });
  },
};

export async function runDemo(
  args: readonly string[],
  io: CommandIo,
  parts: StartParts,
): Promise<number> {
  const plan = readPlan(args);
  const loaded = loadSettings(plan.rest, io.env, (path) => readFileSync(path, "utf8"));
  if (loaded.problems.length > 0) {
    io.stderr.write(`kale demo: the settings cannot be used\n${showProblems(loaded.problems)}`);
    return 2;
  }
  const folder = chooseFolder(loaded, plan.keeps);
  // Also when it is ended at once by a second signal.
  process.once("exit", folder.remove);
  const stop = listenForStop(parts.signals, io.clock, (status) => parts.endAtOnce(status));
  try {
    const changed = await demoSettings(loaded, folder.path);
    await runSite(plan, changedBy(loaded, changed), io, parts, stop.asked);
  } finally {
    stop.release();
    process.off("exit", folder.remove);
    folder.remove();
  }
  if (plan.keeps) io.stdout.write(`The data are in ${folder.path}\n`);
  return 0;
}

async function runSite(
  plan: DemoPlan,
  { settings, origins, asked: askedPorts, warnings }: LoadedSettings,
  io: CommandIo,
  parts: StartParts,
  asked: Promise<unknown>,
): Promise<void> {
  const { clock } = io;
  const logger = loggerOf(settings, io);
  for (const warning of warnings) logger.warn(warning);
  const nowMs = stepBefore(clock.nowMs());
  const site = new Site({ seed: plan.seed, seriesCount: plan.seriesCount });
  for (const incident of pastIncidents(nowMs)) site.add(incident);

  const running = await parts.startKale({ settings, origins, asked: askedPorts, io, logger });
  let feed: LiveFeed | undefined;
  let unseen: NodeJS.Timeout | undefined;
  try {
    let hasBegun = false;
    const beginIncident = (): void => {
      if (hasBegun) return;
      hasBegun = true;
      clearTimeout(unseen);
      const startMs = stepBefore(clock.nowMs() + incidentDelayMs);
      site.add(paymentIncident(startMs));
    };
    const range = { fromMs: nowMs - plan.hours * hourMs, untilMs: nowMs };
    const isEnding = { now: false };
    const page = running.addresses.webapp ?? "off";
    io.stdout.write(`The page is at ${page} and fills while the history is written.\n`);
    const bar = new ProgressBar(io, `writing ${plan.hours} h of history`);
    void asked.then(() => (isEnding.now = true));
    await writeHistory(
      site,
      range,
      running.sink,
      (share) => bar.update(share),
      () => isEnding.now,
    );
    bar.end();
    if (isEnding.now) return;

    feed = new LiveFeed({ site, addresses: running.addresses, clock, logger, fromMs: nowMs });
    feed.start();
    running.onFirstVisit(beginIncident);
    unseen = setTimeout(beginIncident, unseenIncidentDelayMs - incidentDelayMs);
    io.stdout.write(demoBanner(site.names.length, plan));
    io.stdout.write(
      startBanner({
        addresses: running.addresses,
        problems: running.problems,
        dataPath: settings.dataPath,
        recordsHost: settings.hostMetrics,
        newAdminToken: running.newAdminToken,
      }),
    );
    // The nine checks judge only the present; what they would have found belongs to the history as well.
    if (settings.detectorName === "kale") {
      await asked;
      return;
    }
    const past = site.incidents.filter(({ startMs }) => startMs >= range.fromMs);
    const mayGoOn = async (): Promise<boolean> => {
      await new Promise((resolve) => setImmediate(resolve));
      return !isEnding.now;
    };
    running.record(await pastEpisodes(site, past, nowMs, mayGoOn));
    await asked;
  } finally {
    clearTimeout(unseen);
    await feed?.stop();
    await running.stop();
  }
}

function demoBanner(seriesCount: number, plan: DemoPlan): string {
  return `
A simulated shop with ${seriesCount} metrics, ${plan.hours} h of history, and a replica that falls behind just
now. A minute after you open the page, a payment provider becomes slow. The next samples come every
${stepMs / 1000} s; the first round over all metrics is done within a minute.
`;
}

interface DemoPlan {
  readonly seed: number;
  readonly seriesCount: number;
  readonly hours: number;
  readonly keeps: boolean;
  /** Arguments that are settings. */
  readonly rest: readonly string[];
}

function readPlan(args: readonly string[]): DemoPlan {
  const own: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    const spec = options.find(({ flag }) => arg === flag || arg.startsWith(`${flag}=`));
    if (spec === undefined) rest.push(arg);
    else if (spec.placeholder === "" || arg.includes("=")) own.push(arg);
    else own.push(arg, ...args.slice(++i, i + 1));
  }
  const { values } = readOptions(own, options);
  return {
    seed: wholeOption(values, "seed", { standard: 1, min: 0, max: 0xffff_ffff }),
    seriesCount: wholeOption(values, "series", {
      standard: 1500,
      min: seriesCountMin,
      max: seriesCountMax,
    }),
    hours: wholeOption(values, "hours", { standard: 24, min: 0, max: 14 * 24 }),
    keeps: values.get("keep") === "true",
    rest,
  };
}

interface DemoFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** A folder of our own is removed; one that was named by the user is never. */
function chooseFolder(loaded: LoadedSettings, keeps: boolean): DemoFolder {
  if (loaded.origins.dataPath.source !== "default") {
    return { path: loaded.settings.dataPath, remove: () => undefined };
  }
  const path = mkdtempSync(join(tmpdir(), "kale-demo-"));
  return {
    path,
    remove: () => {
      if (!keeps) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Own defaults where nobody asked for anything: free ports, a quiet log, no metrics of this host. */
async function demoSettings(loaded: LoadedSettings, dataPath: string): Promise<Partial<Settings>> {
  const { settings, origins, asked } = loaded;
  const changed: { -readonly [Field in keyof Settings]?: Settings[Field] } = { dataPath };
  if (origins.hostMetrics.source === "default") changed.hostMetrics = false;
  if (origins.logLevel.source === "default") changed.logLevel = "warn";
  for (const field of portFields) {
    const port = settings[field];
    if (port === 0 || asked.has(settingOf(field).key)) continue;
    if ((await freePort(settings.bindAddress, port)) !== undefined) continue;
    const free = await freePort(settings.bindAddress, 0);
    if (free !== undefined) changed[field] = free;
  }
  return changed;
}

/** The settings with the demo's own, which the status page tells apart. */
function changedBy(loaded: LoadedSettings, changed: Partial<Settings>): LoadedSettings {
  const isChanged = (field: SettingField): boolean =>
    field in changed && loaded.settings[field] !== changed[field];
  const origins = Object.fromEntries(
    settingFields.map((field) => [
      field,
      isChanged(field) ? { source: "default", where: "demo" } : loaded.origins[field],
    ]),
  ) as SettingOrigins;
  return { ...loaded, settings: { ...loaded.settings, ...changed }, origins };
}
