/**
 * A site to search in: the real program on a folder of some hours of history, with every metric's point
 * each ten seconds through the real port while it is asked, so that it judges as well.
 */
import { rm } from "node:fs/promises";
import type { StatusJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
} from "../test/support/kale-process.ts";
import { fillFolder } from "./fill-folder.ts";
import { fleetNames } from "./fleet.ts";
import { LoadGenerator } from "./load/load-generator.ts";

const stepMs = 10_000;
/** "What changed" looks at five windows, the last of which ends half an hour ago. */
const hours = 7;
const shardCount = 2;
const liveSecondsMax = 3600;
/** Until the table of the newest hour is filled with all of it, and the start is over. */
const settleMs = 75_000;

export interface SearchSite {
  readonly kale: KaleProcess;
  /** Metrics of different kinds that move, and so can be looked for. */
  readonly queryNames: readonly string[];
}

/** Runs `act` on it; ends and removes all of it afterwards. */
export async function withSearchSite<Figures>(
  options: { readonly seriesCount: number; readonly report: (text: string) => void },
  act: (site: SearchSite) => Promise<Figures>,
): Promise<Figures> {
  const { seriesCount, report } = options;
  const dataFolder = await temporaryFolder();
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  const site = { seriesCount, hours, stepMs, endMs, shardCount };
  let kale: KaleProcess | undefined;
  let load: LoadGenerator | undefined;
  try {
    report(`making a folder of ${seriesCount} metrics x ${hours} h`);
    await fillFolder({ folder: dataFolder, ...site });
    kale = await startKaleProcess({
      dataFolder,
      args: ["--no-host-metrics", "--max-age", "10h", "--shards", String(shardCount)],
      startPatienceMs: 600_000,
    });
    load = await LoadGenerator.start({ port: kale.ports.carbon, ...site });
    load.run({ kind: "live", seconds: liveSecondsMax }).catch((error: unknown) => {
      report(`the load broke off: ${String(error)}`);
    });
    report("waiting for the tables of the newest hour");
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const { shards } = await kale.get<StatusJson>("/kale/status");
    report(`${shards.reduce((sum, shard) => sum + shard.series, 0)} series live`);
    const queryNames = fleetNames(seriesCount).filter((name) => /rate|gauge|counter/.test(name));
    return await act({ kale, queryNames });
  } finally {
    await load?.end();
    await kale?.end();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[sorted.length >> 1]! * 10) / 10;
}
