import { MessageChannel } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { assert } from "../base/assert.ts";
import {
  type AliasBatch,
  AliasNames,
  batchOf,
  isAliasBatch,
  namedBatch,
  type SampleBatch,
  shardOfName,
} from "../model/index.ts";
import { BatchPort, creditCount, receiveBatches } from "./batch-port.ts";
import { BatchRouter } from "./batch-router.ts";

const opened: MessageChannel[] = [];

function channel(): MessageChannel {
  const made = new MessageChannel();
  opened.push(made);
  return made;
}

afterEach(() => {
  for (const { port1 } of opened.splice(0)) port1.close();
});

function rowsOf(batch: SampleBatch | AliasBatch): [string, number, number][] {
  assert(!isAliasBatch(batch), "the batch has its names with it");
  const rows: [string, number, number][] = [];
  for (let row = 0, start = 0; row < batch.count; row++) {
    const end = batch.nameEnds[row]!;
    const name = Buffer.from(batch.names.subarray(start, end)).toString();
    rows.push([name, batch.timesMs[row]!, batch.values[row]!]);
    start = end;
  }
  return rows;
}

test("BatchPort takes batches as far as its credit reaches, and more once they are written", async () => {
  const { port1, port2 } = channel();
  const producer = new BatchPort(port1);
  const written: string[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  receiveBatches(port2, async (batch) => {
    await gate;
    written.push(rowsOf(batch)[0]![0]);
  });

  for (let i = 0; i < creditCount; i++)
    expect(producer.offer(batchOf([[`n${i}`, 1, 2]]))).toBe(true);
  const refused = batchOf([["late", 1, 2]]);
  expect(producer.offer(refused)).toBe(false);
  expect(refused.names.length).toBe(4);

  release();
  await producer.room();
  expect(producer.offer(refused)).toBe(true);
  expect(refused.names.length).toBe(0);
  await producer.drained();
  expect(written).toEqual([...Array.from({ length: creditCount }, (_, i) => `n${i}`), "late"]);
});

test("BatchPort tells when what was offered is written, though more keeps coming", async () => {
  const { port1, port2 } = channel();
  const producer = new BatchPort(port1);
  const releases: (() => void)[] = [];
  receiveBatches(port2, () => new Promise<void>((resolve) => releases.push(resolve)));
  await producer.delivered();

  producer.offer(batchOf([["a", 1, 2]]));
  let isDelivered = false;
  const delivered = producer.delivered().then(() => (isDelivered = true));
  producer.offer(batchOf([["b", 1, 2]]));
  while (releases.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isDelivered).toBe(false);
  releases.shift()!();
  await delivered;
  while (releases.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  releases.shift()!();
  await producer.drained();
});

test("BatchRouter gives each shard its own names, in order", async () => {
  const taken: [string, number, number][][] = [[], [], []];
  const ports = taken.map((rows) => {
    const { port1, port2 } = channel();
    receiveBatches(port2, (batch) => {
      rows.push(...rowsOf(batch));
      return Promise.resolve();
    });
    return new BatchPort(port1);
  });
  const router = new BatchRouter(ports);
  const rows = Array.from({ length: 1000 }, (_, i): [string, number, number] => [
    `web.fe${i % 100}.größe`,
    i,
    -i,
  ]);
  await router.write(batchOf(rows));
  await router.drained();
  for (const [shard, got] of taken.entries()) {
    expect(got.length).toBeGreaterThan(100);
    expect(got).toEqual(rows.filter(([name]) => shardOfName(name, 3) === shard));
  }
});

test("BatchPort hands over rows with aliases, each in a slot that is used again once it is written", async () => {
  const { port1, port2 } = channel();
  const producer = new BatchPort(port1);
  const known = new AliasNames();
  const written: [string, number, number][] = [];
  const memories = new Set<unknown>();
  receiveBatches(port2, async (batch) => {
    assert(isAliasBatch(batch), "the batch has aliases");
    known.take(batch);
    memories.add(batch.timesMs.buffer);
    await new Promise((resolve) => setImmediate(resolve));
    written.push(...rowsOf(namedBatch(batch, known)));
    expect(batch.types?.[0]).toBe(batch.count % 3 === 0 ? 5 : undefined);
  });

  const sent: [string, number, number][] = [];
  // Lent: what comes after must not show in what was offered before.
  const columns = { timesMs: new Float64Array(3000), values: new Float64Array(3000) };
  const aliases = new Uint32Array(3000);
  let nameCount = 0;
  for (let k = 0; k < 60; k++) {
    const count = 1 + ((k * 997) % 3000);
    // Most batches tell no name.
    const firstAlias = nameCount;
    if (k % 3 === 0) nameCount += 1;
    for (let row = 0; row < count; row++) {
      aliases[row] = row % nameCount;
      columns.timesMs[row] = k;
      columns.values[row] = row;
      sent.push([`name${row % nameCount}`, k, row]);
    }
    const names = new TextEncoder().encode(k % 3 === 0 ? `name${firstAlias}` : "");
    const batch: AliasBatch = {
      count,
      generation: 0,
      firstAlias,
      names,
      nameEnds: k % 3 === 0 ? Uint32Array.of(names.length) : new Uint32Array(0),
      aliases,
      ...columns,
      types: count % 3 === 0 ? new Uint8Array(count).fill(5) : undefined,
    };
    while (!producer.offer(batch)) await producer.room();
  }
  await producer.drained();
  expect(written).toEqual(sent);
  // Made larger at most twice each.
  expect(memories.size).toBeLessThanOrEqual(creditCount * 3);
});
