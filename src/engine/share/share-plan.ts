/**
 * Who should have which partition, given who lives and who has what: a pure function that every
 * process computes for itself, on nearly the same facts.
 *
 * Each living process gets as many as every other, or one more. Who has most keeps most, so that as
 * few as possible change hands:
 *
 * 1. quotas: floor(partitions / processes) each, and one more for those that have most now;
 * 2. a process keeps its partitions up to its quota, those with the lowest numbers;
 * 3. what is left, of nobody, of the dead and of those that had too many, fills the quotas up.
 *
 * A process gives up only what it has itself, and takes only what nobody living has. So a partition
 * goes from hand to hand by way of nobody, and a newcomer moves its own share and nothing else.
 */
import { assert } from "../../base/assert.ts";

/** By partition: the process that has it, "" for nobody. */
export type Owners = readonly string[];

export interface SharePlan {
  readonly take: readonly number[];
  readonly release: readonly number[];
}

/** What `self` should do now. @param living  ids of all processes that judge, `self` among them */
export function planShare(self: string, living: readonly string[], owners: Owners): SharePlan {
  assert(living.includes(self), "a process that plans is alive");
  const alive = new Set(living);
  const targets = targetOwners(living, owners);
  const take: number[] = [];
  const release: number[] = [];
  for (const [partition, owner] of owners.entries()) {
    const target = targets[partition];
    if (owner === self && target !== self) release.push(partition);
    else if (target === self && owner !== self && !alive.has(owner)) take.push(partition);
  }
  return { take, release };
}

/** Who each partition should end up with. */
export function targetOwners(living: readonly string[], owners: Owners): Owners {
  const ids = [...new Set(living)].sort();
  const held = new Map(ids.map((id): [string, number[]] => [id, []]));
  for (const [partition, owner] of owners.entries()) held.get(owner)?.push(partition);

  const byMost = [...ids].sort((a, b) => countOf(held, b) - countOf(held, a) || (a < b ? -1 : 1));
  const floor = Math.floor(owners.length / ids.length);
  const moreCount = owners.length % ids.length;
  const quotas = new Map(byMost.map((id, i) => [id, floor + (i < moreCount ? 1 : 0)]));

  const targets = new Array<string>(owners.length).fill("");
  for (const id of ids) {
    for (const partition of (held.get(id) ?? []).slice(0, quotas.get(id))) targets[partition] = id;
  }
  let next = 0;
  for (const id of ids) {
    let missing = Math.max(0, (quotas.get(id) ?? 0) - countOf(held, id));
    for (; missing > 0; next++) {
      if (targets[next] !== "") continue;
      targets[next] = id;
      missing -= 1;
    }
  }
  return targets;
}

function countOf(held: ReadonlyMap<string, readonly number[]>, id: string): number {
  return held.get(id)?.length ?? 0;
}
