import { expect, test } from "vitest";
import { slotOfKey } from "./key-slot.ts";

// The specification's own check value, and slots that a redis-server told (CLUSTER KEYSLOT).
test.each([
  ["123456789", 0x31c3],
  ["", 0],
  ["metrics.unique_metrics", 5531],
  ["metrics.größe", 6878],
  ["{user1000}.following", 3443],
  ["{user1000}.followers", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
  ["foo{bar}{zap}", 5061],
  ["foo{bar", 15_278],
])("slotOfKey(%j) is %i", (key, slot) => {
  expect(slotOfKey(key)).toBe(slot);
});
