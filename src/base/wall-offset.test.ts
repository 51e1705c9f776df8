import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "./random.ts";
import { TimeZone } from "./time-zone.ts";
import { WallOffset } from "./wall-offset.ts";

test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])(
  "WallOffset says of %s what the zone says, in any order of times",
  (name) => {
    const random = seededRandom(1);
    const zone = TimeZone.of(name)!;
    const offset = new WallOffset(name);
    for (let i = 0; i < 400; i++) {
      // Near both days of a year on which clocks change in each of them.
      const day = [20_540, 20_535, 20_547, 20_749, 20_756, 20_742][nextInteger(random, 6)]!;
      const seconds = 86_400 * day + nextInteger(random, 3 * 86_400) - 86_400;
      expect(offset.at(seconds), String(seconds)).toBe(zone.offsetSeconds(seconds));
    }
  },
);
