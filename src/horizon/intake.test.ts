import { expect, test } from "vitest";
import { Intake } from "./intake.ts";
import { RememberingOutlet } from "./outlet.fixture.ts";

function add(intake: Intake, count: number, shard = 0): void {
  for (let i = 0; i < count; i++) {
    const name = Buffer.from(`n${i}`);
    intake.add(shard, name, 0, name.length, 1000 + i, i);
  }
}

function wait(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

test("Intake sends full batches at once, and the residue after a while", async () => {
  const outlet = new RememberingOutlet();
  const intake = new Intake(outlet, { rowsPerBatch: 4, flushAfterMs: 20 });
  add(intake, 10);
  expect(outlet.batchRowCounts).toEqual([4, 4]);
  await wait(60);
  expect(outlet.batchRowCounts).toEqual([4, 4, 2]);
  add(intake, 1);
  await wait(60);
  expect(outlet.batchRowCounts).toEqual([4, 4, 2, 1]);
});

test("Intake is full while a batch waits, keeps the order, and loses nothing", () => {
  const outlet = new RememberingOutlet(2);
  const intake = new Intake(outlet, { rowsPerBatch: 4, flushAfterMs: 60_000 });
  const said: string[] = [];
  intake.onFull(() => said.push("full"));
  intake.onRoom(() => said.push("room"));
  outlet.roomCount = 1;

  add(intake, 4, 1);
  expect(intake.isFull).toBe(false);
  add(intake, 10, 1);
  expect(intake.isFull).toBe(true);
  expect(intake.heldRowCount).toBe(10);
  expect(said).toEqual(["full"]);

  outlet.giveRoom(1);
  expect(intake.isFull).toBe(true);
  outlet.giveRoom(1);
  // The unfinished batch goes with the rest, and finds no room.
  expect(intake.isFull).toBe(true);
  outlet.giveRoom(1);
  expect(said).toEqual(["full", "room"]);
  expect(intake.heldRowCount).toBe(0);
  expect(outlet.rows.map(({ value }) => value)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(outlet.rows.every(({ shard }) => shard === 1)).toBe(true);
});

test("Intake sends nothing past a batch that waits", () => {
  const outlet = new RememberingOutlet();
  outlet.roomCount = 0;
  const intake = new Intake(outlet, { rowsPerBatch: 2, flushAfterMs: 60_000 });
  add(intake, 2);
  outlet.roomCount = 10; // and nobody has said so yet
  for (const value of [10, 11]) intake.add(0, Buffer.from("late"), 0, 4, 1, value);
  outlet.giveRoom(0);
  expect(outlet.rows.map(({ value }) => value)).toEqual([0, 1, 10, 11]);
});

test("Intake.drain() waits for room, and says what it could not hand on", async () => {
  const outlet = new RememberingOutlet();
  outlet.roomCount = 0;
  const intake = new Intake(outlet, { rowsPerBatch: 4, flushAfterMs: 60_000 });
  add(intake, 3);
  expect(await intake.drain(10)).toBe(3);
  const drained = intake.drain(10_000);
  outlet.giveRoom(1);
  expect(await drained).toBe(0);
  expect(outlet.names).toEqual(["n0", "n1", "n2"]);
});
