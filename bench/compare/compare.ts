/**
 * The same stream into Kale, carbon-cache, Redis as Skyline uses it, and any program given by address, in
 * turns on the same machine: CPU of the receiver for a point, and how many times Kale's that is.
 *
 * Each gets every name once, and some rounds more so that programs which compile themselves have done so, before
 * it is measured. Then come rounds in the order in which an agent sends, which is the same each time, rounds in
 * which the names are shuffled anew each time, and, for who takes it, rounds of MessagePack in the agent's order.
 */
import { nextInteger, seededRandom } from "../../src/base/random.ts";
import { Pool } from "../fill-folder.ts";
import { CarbonStream } from "../load/carbon-stream.ts";
import { cpuSecondsByThread, cpuSecondsOf, residentBytesOf } from "../load/process-figures.ts";
import {
  overAddress,
  type Receiver,
  startCarbonCache,
  startKale,
  startSkylineRedis,
} from "./receivers.ts";

const stepSeconds = 10;
/** Rounds that are sent before any of their kind is measured. By the last in order the first chunks are full. */
const warm = { inOrder: 20, shuffled: 2, messagePack: 4 };

const starts = {
  kale: startKale,
  "carbon-cache": startCarbonCache,
  redis: startSkylineRedis,
} as const;

export interface CompareOptions {
  readonly seriesCount: number;
  readonly roundCount: number;
  /** `host:port` of further programs that take plaintext, with their process ids, "127.0.0.1:2103=4711". */
  readonly others: readonly string[];
  /** Only these of the programs that the bench starts; all unless given. */
  readonly only?: readonly string[] | undefined;
  readonly report: (text: string) => void;
}

export interface OrderFigures {
  readonly receiver: string;
  readonly cpuMicrosecondsPerPoint: number;
  /** How many times Kale's. */
  readonly ratio: number;
  readonly pointsPerSecond: number;
  readonly lostCount: number;
  readonly residentBytes: number;
  /** By the names of its threads, as far as they live on; what is less than 1 is left out. */
  readonly nanosecondsPerPointByThread: Record<string, number>;
}

export interface CompareFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly inSenderOrder: OrderFigures[];
  readonly shuffled: OrderFigures[];
  readonly messagePack: OrderFigures[];
}

type Form = "lines" | "items";

export async function compare(options: CompareOptions): Promise<CompareFigures> {
  const { seriesCount, roundCount, report } = options;
  // A round for the names, and three kinds of rounds, each with some before.
  const allCount = 1 + warm.inOrder + warm.shuffled + warm.messagePack + 3 * roundCount;
  const startSeconds = Math.floor(Date.now() / 1000) - (allCount + 1) * stepSeconds;
  const hours = ((allCount + 1) * stepSeconds) / 3600;
  const pool = new Pool({ hours, stepMs: stepSeconds * 1000, endMs: startSeconds * 1000 });
  const stream = new CarbonStream(pool, seriesCount, 1);
  const random = seededRandom(7);
  const receivers: Receiver[] = [];
  try {
    for (const [name, start] of Object.entries(starts)) {
      if (options.only?.includes(name) !== false) receivers.push(await start());
    }
    for (const other of options.others) {
      const [address = "", pid] = other.split("=");
      receivers.push(await overAddress(address, address, Number(pid)));
    }
    const sentCounts = receivers.map(() => 0);
    let round = 0;
    const run = async (
      count: number,
      { isShuffled = false, form = "lines" }: { isShuffled?: boolean; form?: Form } = {},
    ): Promise<OrderFigures[]> => {
      const rounds = Array.from({ length: count }, () => ({
        round,
        timeSeconds: startSeconds + round++ * stepSeconds,
        part: isShuffled ? { order: shuffle(seriesCount, random) } : {},
      }));
      const figures: OrderFigures[] = [];
      for (const [i, receiver] of receivers.entries()) {
        const send = form === "lines" ? receiver.send : receiver.sendItems;
        if (send === undefined) continue;
        const pointCount = count * seriesCount;
        report(`${receiver.name}: ${pointCount} points`);
        const before = cpuOf(receiver.pid);
        const startedMs = performance.now();
        for (const { round, timeSeconds, part } of rounds) {
          for (const piece of stream.pieces(round, timeSeconds, part)) await send(piece);
        }
        sentCounts[i]! += pointCount;
        const lostCount = await receiver.settle(sentCounts[i]!);
        const seconds = (performance.now() - startedMs) / 1000;
        const after = cpuOf(receiver.pid);
        const cpu = ((after.seconds - before.seconds) * 1e6) / pointCount;
        figures.push({
          receiver: receiver.name,
          cpuMicrosecondsPerPoint: rounded(cpu),
          ratio: rounded(cpu / (figures[0]?.cpuMicrosecondsPerPoint ?? cpu)),
          pointsPerSecond: Math.round(pointCount / seconds),
          lostCount,
          residentBytes: residentBytesOf(receiver.pid),
          nanosecondsPerPointByThread: nanosecondsByThread(before, after, pointCount),
        });
      }
      return figures;
    };
    await run(1);
    await run(warm.inOrder);
    const inSenderOrder = await run(roundCount);
    await run(warm.shuffled, { isShuffled: true });
    const shuffled = await run(roundCount, { isShuffled: true });
    await run(warm.messagePack, { form: "items" });
    const messagePack = await run(roundCount, { form: "items" });
    const pointCount = roundCount * seriesCount;
    return { seriesCount, pointCount, inSenderOrder, shuffled, messagePack };
  } finally {
    for (const receiver of receivers) await receiver.end();
  }
}

interface Cpu {
  readonly seconds: number;
  readonly byThread: ReadonlyMap<string, number>;
}

function cpuOf(pid: number): Cpu {
  return { seconds: cpuSecondsOf(pid), byThread: cpuSecondsByThread(pid) };
}

function nanosecondsByThread(before: Cpu, after: Cpu, pointCount: number): Record<string, number> {
  const entries = Array.from(after.byThread, ([name, seconds]) => {
    const spent = seconds - (before.byThread.get(name) ?? 0);
    return [name, Math.round((spent * 1e9) / pointCount)] as const;
  });
  return Object.fromEntries(entries.filter(([, nanoseconds]) => nanoseconds > 0));
}

/** Fisher and Yates. */
function shuffle(count: number, random: ReturnType<typeof seededRandom>): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = nextInteger(random, i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
