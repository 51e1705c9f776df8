import { expect, test } from "vitest";
import { partitionOfName, statedCounter } from "../../model/index.ts";
import { SeriesMemory } from "../memory/index.ts";
import { PartitionWindow } from "./partition-window.ts";

test("PartitionWindow tells its listener of samples of the series that are shown, and of no others", () => {
  const memory = new SeriesMemory({
    seriesCountMax: 10,
    onNewSeries: (id, bytes, start, end) => {
      window.enter(id, bytes, start, end);
    },
    onSealed: () => undefined,
  });
  const window = new PartitionWindow(memory, { isAllShown: false });
  const heard: number[] = [];
  window.listen({
    onRow: (id) => heard.push(id),
    onStated: (id) => heard.push(100 + id),
    onGone: (id) => heard.push(-id - 1),
  });
  const add = (name: string): void => {
    const bytes = Buffer.from(name);
    memory.add(memory.resolve(bytes, 0, bytes.length), 1000, 1);
  };
  expect(partitionOfName("a")).not.toBe(partitionOfName("b"));
  window.show([partitionOfName("b")]);
  add("a");
  add("b");
  expect(heard).toEqual([1]);
  memory.state(0, statedCounter);
  memory.state(1, statedCounter);
  expect(heard.splice(1)).toEqual([101]);
  memory.removeSeries(1);
  expect(heard).toEqual([1, -2]);
  window.listen(undefined);
  add("b");
  expect(heard).toEqual([1, -2]);
});
