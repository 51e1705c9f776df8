/**
 * The load generator, in a thread of its own: the fleet's Carbon plaintext over one connection, as fast as it
 * is taken (history) or at the pace of the clock (live).
 */
import { parentPort, workerData } from "node:worker_threads";
import { setTimeout as sleep } from "node:timers/promises";
import { TcpSender } from "../../src/cli/send/senders.ts";
import { Pool } from "../fill-folder.ts";
import { CarbonStream } from "./carbon-stream.ts";
import type { LoadOrder, LoadReport, LoadThreadData } from "./load-generator.ts";

/** A step is sent in so many parts, so that the load is even. */
const partsPerStep = 200;

const { port, seriesCount, shardCount, hours, stepMs, endMs } = workerData as LoadThreadData;
const pool = new Pool({ hours, stepMs, endMs });
const stream = new CarbonStream(pool, seriesCount, shardCount);
const sender = await TcpSender.connect({ host: "127.0.0.1", port });
let sentCount = 0;

parentPort?.on("message", (order: LoadOrder) => {
  const work = order.kind === "replay" ? replay() : live(order.seconds);
  void work.then(() => {
    parentPort?.postMessage({ sentCount, isDone: true } satisfies LoadReport);
  });
});
parentPort?.postMessage({ sentCount, isDone: false } satisfies LoadReport);

async function replay(): Promise<void> {
  for (let round = 0; round < pool.pointCount; round++) {
    const timeSeconds = Math.round((pool.startMs + round * stepMs) / 1000);
    for (const piece of stream.pieces(round, timeSeconds)) await sender.send(piece);
    sentCount += seriesCount;
    if (round % 20 === 0)
      parentPort?.postMessage({ sentCount, isDone: false } satisfies LoadReport);
  }
}

/** Goes on after the newest point there is, at the times that the clock shows. */
async function live(seconds: number): Promise<void> {
  const startMs = Date.now();
  const firstRound = Math.ceil((startMs - pool.startMs) / stepMs);
  const partCount = Math.round((seconds * 1000 * partsPerStep) / stepMs);
  for (let part = 0; part < partCount; part++) {
    const round = firstRound + Math.floor(part / partsPerStep);
    const inStep = part % partsPerStep;
    const from = Math.floor((seriesCount * inStep) / partsPerStep);
    const until = Math.floor((seriesCount * (inStep + 1)) / partsPerStep);
    const timeSeconds = Math.floor((pool.startMs + round * stepMs) / 1000);
    for (const piece of stream.pieces(round, timeSeconds, { from, until }))
      await sender.send(piece);
    sentCount += until - from;
    if (part % 20 === 0) parentPort?.postMessage({ sentCount, isDone: false } satisfies LoadReport);
    const aheadMs = startMs + ((part + 1) * stepMs) / partsPerStep - Date.now();
    if (aheadMs > 0) await sleep(aheadMs);
  }
}
