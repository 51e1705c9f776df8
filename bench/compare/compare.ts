/**
 * The same stream into Kale, carbon-cache, Redis as Skyline uses it, and any program given by address, in
 * turns on the same machine: CPU of the receiver for a point, and how many times Kale's that is.
 *
 * Each gets every name once before it is measured. Then come rounds in the order in which an agent sends,
 * which is the same each time, and rounds in which the names are shuffled anew each time.
 */
import { nextInteger, seededRandom } from "../../src/base/random.ts";
import { Pool } from "../fill-folder.ts";
import { CarbonStream } from "../load/carbon-stream.ts";
import { cpuSecondsOf, residentBytesOf } from "../load/process-figures.ts";
import {
  overAddress,
  type Receiver,
  startCarbonCache,
  startKale,
  startSkylineRedis,
} from "./receivers.ts";

const stepSeconds = 10;

export interface CompareOptions {
  readonly seriesCount: number;
  readonly roundCount: number;
  /** `host:port` of further programs that take plaintext, with their process ids, "127.0.0.1:2103=4711". */
  readonly others: readonly string[];
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
}

export interface CompareFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly inSenderOrder: OrderFigures[];
  readonly shuffled: OrderFigures[];
}

export async function compare(options: CompareOptions): Promise<CompareFigures> {
  const { seriesCount, roundCount, report } = options;
  const startSeconds = Math.floor(Date.now() / 1000) - (2 * roundCount + 2) * stepSeconds;
  const hours = ((2 * roundCount + 2) * stepSeconds) / 3600;
  const pool = new Pool({ hours, stepMs: stepSeconds * 1000, endMs: startSeconds * 1000 });
  const stream = new CarbonStream(pool, seriesCount, 1);
  const random = seededRandom(7);
  const receivers: Receiver[] = [];
  try {
    receivers.push(await startKale());
    receivers.push(await startCarbonCache());
    receivers.push(await startSkylineRedis());
    for (const other of options.others) {
      const [address = "", pid] = other.split("=");
      receivers.push(await overAddress(address, address, Number(pid)));
    }
    let sentCount = 0;
    const inSenderOrder: OrderFigures[] = [];
    const shuffled: OrderFigures[] = [];
    const run = async (
      rounds: readonly number[],
      orders: readonly (Uint32Array | undefined)[],
      figures: OrderFigures[] | undefined,
    ): Promise<void> => {
      const pointCount = rounds.length * seriesCount;
      for (const receiver of receivers) {
        report(`${receiver.name}: ${pointCount} points`);
        const cpuBefore = cpuSecondsOf(receiver.pid);
        const startedMs = performance.now();
        for (const [i, round] of rounds.entries()) {
          const order = orders[i];
          const part = order === undefined ? {} : { order };
          for (const piece of stream.pieces(round, startSeconds + round * stepSeconds, part)) {
            await receiver.send(piece);
          }
        }
        const lostCount = await receiver.settle(sentCount + pointCount);
        const seconds = (performance.now() - startedMs) / 1000;
        const cpu = ((cpuSecondsOf(receiver.pid) - cpuBefore) * 1e6) / pointCount;
        figures?.push({
          receiver: receiver.name,
          cpuMicrosecondsPerPoint: rounded(cpu),
          ratio: rounded(cpu / (figures[0]?.cpuMicrosecondsPerPoint ?? cpu)),
          pointsPerSecond: Math.round(pointCount / seconds),
          lostCount,
          residentBytes: residentBytesOf(receiver.pid),
        });
      }
      sentCount += pointCount;
    };
    await run([0], [undefined], undefined);
    const rounds = Array.from({ length: roundCount }, (_, i) => i + 1);
    await run(rounds, [], inSenderOrder);
    const later = rounds.map((round) => round + roundCount);
    const orders = later.map(() => shuffle(seriesCount, random));
    await run(later, orders, shuffled);
    return { seriesCount, pointCount: roundCount * seriesCount, inSenderOrder, shuffled };
  } finally {
    for (const receiver of receivers) await receiver.end();
  }
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
