import { expect, test } from "vitest";
import { kernelDropCount, parseDropCount } from "./kernel-drops.ts";

const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  410: 0100007F:07E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 40211 2 0000000000000000 17
  411: 00000000:0035 0100007F:07E9 07 00000000:00000000 00:00000000 00000000     0        0 40212 2 0000000000000000 5
`;

test.each([
  [2025, 17],
  [53, 5],
  [2003, 0],
])("parseDropCount() finds what port %d dropped", (port, count) => {
  expect(parseDropCount(table, port)).toBe(count);
});

test("kernelDropCount() is 0 for a port that nobody has", () => {
  expect(kernelDropCount(1, false)).toBe(0);
});
