import fc from "fast-check";
import { expect, test } from "vitest";
import { type Owners, planShare, targetOwners } from "./share-plan.ts";

const partitionCount = 64;
const processes = ["a", "b", "c", "d", "e", "f", "g"];

const situation = fc.record({
  living: fc.uniqueArray(fc.constantFrom(...processes), { minLength: 1 }),
  owners: fc.array(fc.constantFrom("", ...processes), {
    minLength: partitionCount,
    maxLength: partitionCount,
  }),
});

function counts(owners: Owners, ids: readonly string[]): number[] {
  return ids.map((id) => owners.filter((owner) => owner === id).length);
}

/** Every process does what its plan says, in turn, on what it sees then. */
function round(living: readonly string[], owners: Owners): Owners {
  const now = [...owners];
  for (const self of living) {
    const { take, release } = planShare(self, living, now);
    for (const partition of release) now[partition] = "";
    for (const partition of take) now[partition] = self;
  }
  return now;
}

test("targetOwners() gives every partition to one living process, in equal shares", () => {
  fc.assert(
    fc.property(situation, ({ living, owners }) => {
      const targets = targetOwners(living, owners);
      expect(targets.every((owner) => living.includes(owner))).toBe(true);
      const shares = counts(targets, living);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test("targetOwners() moves no more than must move", () => {
  fc.assert(
    fc.property(situation, ({ living, owners }) => {
      const targets = targetOwners(living, owners);
      const moved = targets.filter((target, i) => target !== owners[i]).length;
      const has = counts(owners, living).sort((a, b) => b - a);
      const floor = Math.floor(partitionCount / living.length);
      const moreCount = partitionCount % living.length;
      // The best any rule can do: those with most may keep one more than the others.
      const kept = has.reduce(
        (sum, own, i) => sum + Math.min(own, floor + (i < moreCount ? 1 : 0)),
        0,
      );
      expect(moved).toBe(partitionCount - kept);
    }),
  );
});

test("targetOwners() does not depend on the order in which processes are named", () => {
  fc.assert(
    fc.property(situation, ({ living, owners }) => {
      expect(targetOwners([...living].reverse(), owners)).toEqual(targetOwners(living, owners));
    }),
  );
});

test("planShare() takes nothing from the living, and gives up only its own", () => {
  fc.assert(
    fc.property(situation, ({ living, owners }) => {
      for (const self of living) {
        const { take, release } = planShare(self, living, owners);
        for (const partition of take) expect(living).not.toContain(owners[partition]);
        for (const partition of release) expect(owners[partition]).toBe(self);
      }
    }),
  );
});

test("planShare() comes to rest, whoever goes first, and then moves nothing", () => {
  fc.assert(
    fc.property(situation, ({ living, owners }) => {
      let now: Owners = owners;
      for (let i = 0; i < 3; i++) now = round(living, now);
      expect(now.every((owner) => living.includes(owner))).toBe(true);
      expect(round([...living].reverse(), now)).toEqual(now);
      const shares = counts(now, living);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a newcomer moves its own share only; of one that died only its share moves", () => {
  const three = round(["a", "b", "c"], round(["a", "b", "c"], new Array<string>(64).fill("")));
  expect(counts(three, ["a", "b", "c"]).sort()).toEqual([21, 21, 22]);
  let four: Owners = three;
  for (let i = 0; i < 3; i++) four = round(["a", "b", "c", "d"], four);
  const moved = four.filter((owner, i) => owner !== three[i]);
  expect(moved).toEqual(new Array<string>(16).fill("d"));
  let again: Owners = four;
  for (let i = 0; i < 3; i++) again = round(["a", "b", "d"], again);
  expect(again.filter((owner, i) => owner !== four[i] && four[i] !== "c")).toEqual([]);
});
