/** The doctor's look at the machines that keep the samples: reached, allowed, well, and their clock. */
import type { Clock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { clusterHealth, EngineClient } from "../../engine/index.ts";
import { openRedisSeries, parseRedisAddress } from "../../store/index.ts";
import { StartError } from "../running.ts";
import type { Settings } from "../settings.ts";
import { type ElasticsearchChoice, type RedisChoice, storeChoiceOf } from "../store-choice.ts";
import type { Finding } from "./finding.ts";

const patienceMs = 5000;

export async function storeFindings(settings: Settings, clock: Clock): Promise<Finding[]> {
  try {
    const choice = storeChoiceOf(settings);
    if (choice.kind === "embedded") return [];
    if (choice.kind === "redis") return [await redisFinding(choice, settings, clock)];
    return [await elasticsearchFinding(choice, clock)];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const remedy = "correct the setting, or let the user that runs Kale read the file";
    return [{ state: "fail", subject: "store", message: error.message, remedy }];
  }
}

async function redisFinding(
  choice: RedisChoice,
  settings: Settings,
  clock: Clock,
): Promise<Finding> {
  const subject = `Redis at ${choice.url}`;
  const address = parseRedisAddress(choice.url);
  if (address === undefined) {
    return { state: "fail", subject, message: "is no address", remedy: "see docs/settings.md" };
  }
  const series = openRedisSeries({
    clock,
    logger: silentLogger,
    server: { address, user: choice.user, password: choice.password, ca: choice.ca },
    fullNamespace: choice.fullNamespace,
    miniNamespace: choice.miniNamespace,
    isMiniOn: choice.isMiniOn,
    fullDurationMs: settings.fullDurationMs,
    miniDurationMs: settings.miniDurationMs,
    // Nothing is listed: a question about one name tells whether it answers.
    wants: () => false,
    seriesCountMax: 1,
  });
  try {
    const range = { fromMs: clock.nowMs() - 1, untilMs: clock.nowMs() };
    await inTime(series.read("kale.doctor", range));
    return { state: "ok", subject, message: "answers" };
  } catch (error) {
    return { state: "fail", subject, message: wordsOf(error), remedy: remedyOf("redis") };
  } finally {
    await series.close().catch(() => undefined);
  }
}

async function elasticsearchFinding(choice: ElasticsearchChoice, clock: Clock): Promise<Finding> {
  const { nodes, user, password, apiKey, certificates } = choice;
  const subject = `search engine at ${nodes.join(", ")}`;
  const connection = { nodes, user, password, apiKey, certificates };
  const client = new EngineClient({ ...connection, requestTimeoutMs: patienceMs, clock });
  try {
    const { flavour, version } = await client.info();
    const { status, nodeCount } = await clusterHealth(client);
    const what = `${flavour} ${version}, ${nodeCount} ${nodeCount === 1 ? "node" : "nodes"}, ${status}`;
    const remedy = "look at its nodes and disks: GET _cluster/allocation/explain tells more";
    return { state: status === "red" ? "fail" : "ok", subject, message: what, remedy };
  } catch (error) {
    const message = wordsOf(error);
    return { state: "fail", subject, message, remedy: remedyOf("elasticsearch") };
  } finally {
    client.close();
  }
}

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function remedyOf(group: string): string {
  return `start it, or correct the settings ${group}.*; until it answers samples wait in the data folder`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
