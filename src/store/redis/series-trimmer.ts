/**
 * Cuts off what is older than a namespace keeps.
 *
 * The original's roomba read, sorted and rewrote every key on every pass. Here a key is touched only
 * when the point that stands first in it has been too old for a while, so that each is cut now and
 * then and a few at any time, and what stays is kept byte for byte:
 *
 *     value    old old old old new new old new …
 *              └── head ─────┘                      cut up to the first point that is new enough
 *
 * The cut is a script that looks whether the head is still what was read (SHA-1), and then sets the
 * value to the rest: what others append in the meantime stays, and where a roomba has rewritten the
 * value nothing happens. A series of old points only is deleted, and taken out of the set.
 *
 * Nothing is deleted on the strength of an error: where the head cannot be read, the key is left as
 * it is and told of. Values without a time that stand between old points go with them.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { KeySpace } from "./key-space.ts";
import { numberOf, type Reply } from "./node-link.ts";
import { firstTimeOf } from "./point-columns.ts";
import { PointReader } from "./points.ts";
import { remoteErrorOf } from "./redis-errors.ts";
import type { RedisLedger } from "./redis-ledger.ts";
import { askOne, type KeyedCommand, type ServerLink } from "./server-link.ts";

export interface SeriesTrimmerParts {
  readonly link: ServerLink;
  readonly space: KeySpace;
  readonly ledger: RedisLedger;
  readonly clock: Clock;
}

/**
 * KEYS[1] the key; ARGV[1] bytes of the head, ARGV[2] its SHA-1, ARGV[3] what stays of the head.
 * Returns the bytes that are left, or -1 where the head is no longer what it was.
 */
const cutScript = `
local headBytes = tonumber(ARGV[1])
local head = redis.call('GETRANGE', KEYS[1], 0, headBytes - 1)
if #head ~= headBytes or redis.sha1hex(head) ~= ARGV[2] then return -1 end
local left = ARGV[3] .. redis.call('GETRANGE', KEYS[1], headBytes, -1)
if #left == 0 then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], left) end
return #left`;

const keysPerPipeline = 64;
/** The first point is among so many. */
const firstPointBytes = 64;
/** Of a value's start that is read at first: half an hour and more at one point a second. */
const headBytesFirst = 32 << 10;
/** Beyond this a head is not read in one go; what is left goes in the next round. */
const headBytesMax = 4 << 20;
/** Heads are asked for together up to this many bytes. */
const pipelineBytesMax = 4 << 20;
/** A point of later than this is a mistake, and does not keep what is old behind it. */
const futureMaxMs = 86_400_000;
/** A round ends after this, and the next goes on where it ended. */
const roundMaxMs = 20_000;

export class SeriesTrimmer {
  readonly #link: ServerLink;
  readonly #space: KeySpace;
  readonly #ledger: RedisLedger;
  readonly #clock: Clock;
  /** A value is left alone until its first point has been too old for this long. */
  readonly #slackMs: number;
  #nextId = 0;

  constructor({ link, space, ledger, clock }: SeriesTrimmerParts) {
    this.#link = link;
    this.#space = space;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#slackMs = Math.max(60_000, space.keptMs / 48);
  }

  /** One round over the keys, as far as it comes. */
  async round(): Promise<void> {
    const space = this.#space;
    const startedMs = this.#clock.elapsedMs();
    const { idCount } = space;
    for (let done = 0; done < idCount;) {
      const due: number[] = [];
      const unknown: number[] = [];
      for (; done < idCount && due.length + unknown.length < keysPerPipeline; done++) {
        const id = this.#nextId % idCount;
        this.#nextId = id + 1;
        if (space.nameOf(id) === undefined) continue;
        if (Number.isNaN(space.firstMs[id])) unknown.push(id);
        else if (this.#isDue(id)) due.push(id);
      }
      if (unknown.length > 0) await this.#learn(unknown);
      if (due.length > 0) await this.#trim(due, headBytesFirst);
      if (this.#clock.elapsedMs() - startedMs > roundMaxMs) return;
    }
  }

  #isDue(id: number): boolean {
    const firstMs = this.#space.firstMs[id]!;
    const isMistaken = firstMs > this.#clock.nowMs() + futureMaxMs;
    return isMistaken || firstMs <= this.#cutoffMs - this.#slackMs;
  }

  /** Finds out which time stands first; a start that says nothing counts as due. */
  async #learn(ids: readonly number[]): Promise<void> {
    const space = this.#space;
    const names = ids.map((id) => space.nameOf(id) ?? "");
    const starts = await this.#heads(names, firstPointBytes);
    for (const [i, id] of ids.entries()) {
      const start = starts[i];
      if (space.nameOf(id) !== names[i] || !(start instanceof Buffer)) continue;
      const firstMs = firstTimeOf(start);
      if (start.length === 0) space.firstMs[id] = this.#clock.nowMs();
      else space.firstMs[id] = Number.isNaN(firstMs) ? -Infinity : firstMs;
    }
    const due = ids.filter((id) => space.nameOf(id) !== undefined && this.#isDue(id));
    if (due.length > 0) await this.#trim(due, headBytesFirst);
  }

  #heads(names: readonly string[], headBytes: number): Promise<Reply[]> {
    return this.#link.run(
      names.map((name) => {
        const key = this.#space.keyOf(name);
        return { key, args: ["GETRANGE", key, "0", String(headBytes - 1)] };
      }),
    );
  }

  get #cutoffMs(): number {
    return Math.floor(this.#clock.nowMs()) - this.#space.keptMs;
  }

  async #trim(ids: readonly number[], headBytes: number): Promise<void> {
    const space = this.#space;
    const nowMs = this.#clock.nowMs();
    const times = { cutoffMs: this.#cutoffMs, futureMs: nowMs + futureMaxMs };
    const names = ids.map((id) => space.nameOf(id) ?? "");
    const heads = await this.#heads(names, headBytes);
    const cuts: { readonly id: number; readonly name: string; readonly cut: Cut }[] = [];
    const longer: number[] = [];
    for (const [i, id] of ids.entries()) {
      const head = heads[i];
      const name = names[i] ?? "";
      if (space.nameOf(id) !== name || !(head instanceof Buffer)) continue;
      const isWhole = head.length < headBytes;
      const cut = cutOf(head, isWhole, times);
      if (cut.isUnreadable) this.#ledger.report(space.keyOf(name), "unreadable");
      if (cut.isLonger && headBytes < headBytesMax) longer.push(id);
      else if (cut.headBytes > cut.kept.length) cuts.push({ id, name, cut });
      // What cannot be read is looked at again as seldom as a value that has just been cut.
      else space.firstMs[id] = cut.isUnreadable ? this.#cutoffMs : Math.min(cut.firstMs, nowMs);
    }
    await this.#cut(cuts);
    const nextBytes = Math.min(headBytes * 8, headBytesMax);
    const together = Math.floor(pipelineBytesMax / nextBytes);
    for (let from = 0; from < longer.length; from += together) {
      await this.#trim(longer.slice(from, from + together), nextBytes);
    }
  }

  async #cut(
    cuts: readonly { readonly id: number; readonly name: string; readonly cut: Cut }[],
  ): Promise<void> {
    const space = this.#space;
    const commands = cuts.map(({ name, cut }): KeyedCommand => {
      const key = space.keyOf(name);
      const { headBytes, kept, digest } = cut;
      return { key, args: ["EVAL", cutScript, "1", key, String(headBytes), digest, kept] };
    });
    const replies = await this.#link.run(commands);
    for (const [i, { id, name, cut }] of cuts.entries()) {
      const reply = replies[i];
      if (reply instanceof Error) throw remoteErrorOf(this.#link.description, reply);
      const leftBytes = numberOf(reply);
      if (space.nameOf(id) !== name || !(leftBytes >= 0)) continue; // rewritten: the next round
      this.#ledger.trimmedKeyCount += 1;
      this.#ledger.trimmedBytes += cut.headBytes - cut.kept.length;
      if (leftBytes === 0) await this.#dropSeries(id, name);
      else {
        space.firstMs[id] = cut.isLonger ? NaN : Math.min(cut.firstMs, this.#clock.nowMs());
        const before = leftBytes + cut.headBytes - cut.kept.length;
        if (space.knownBytes[id] === before) space.knownBytes[id] = leftBytes;
      }
    }
  }

  /** The key is gone; so is its place in the set, unless somebody has made it anew meanwhile. */
  async #dropSeries(id: number, name: string): Promise<void> {
    const space = this.#space;
    const key = space.keyOf(name);
    space.forget(id);
    this.#ledger.expiredSeriesCount += 1;
    await askOne(this.#link, space.setKey, "SREM", space.setKey, key);
    if (numberOf(await askOne(this.#link, key, "EXISTS", key)) === 1) {
      await askOne(this.#link, space.setKey, "SADD", space.setKey, key);
    }
  }
}

interface Cut {
  /** What is replaced, and by what. */
  readonly headBytes: number;
  readonly kept: Buffer;
  readonly digest: string;
  /** Of the first point that stays. */
  readonly firstMs: number;
  /** All that was read is old, and there is more. */
  readonly isLonger: boolean;
  readonly isUnreadable: boolean;
}

/** @param isWhole  whether `head` is the whole value */
function cutOf(
  head: Buffer,
  isWhole: boolean,
  { cutoffMs, futureMs }: { readonly cutoffMs: number; readonly futureMs: number },
): Cut {
  const reader = new PointReader(head);
  const mistaken: { readonly from: number; readonly until: number }[] = [];
  let oldEnd = 0;
  let firstMs = Infinity;
  let from = 0;
  let kind = reader.next();
  for (; kind !== "none"; kind = reader.next()) {
    const { timeMs } = reader;
    if (timeMs > futureMs) mistaken.push({ from, until: reader.at });
    else if (timeMs > cutoffMs) {
      firstMs = timeMs;
      break;
    } else if (!Number.isNaN(timeMs)) oldEnd = reader.at;
    from = reader.at;
  }
  const noneLeft = kind === "none";
  // The end of a head that was cut out of a longer value is no fault.
  const isUnreadable = noneLeft && !reader.isAtEnd && (isWhole || head.length - reader.at > 4096);
  const isLonger = noneLeft && !isWhole && !isUnreadable;
  // A series of old points ends with them: whatever stands behind without a time goes too.
  const isSpent = noneLeft && isWhole && !isUnreadable && oldEnd > 0;
  const end = isSpent ? head.length : oldEnd;
  const kept = mistaken.filter(({ until }) => until <= end);
  return {
    headBytes: end,
    kept: Buffer.concat(kept.map((each) => head.subarray(each.from, each.until))),
    digest: createHash("sha1").update(head.subarray(0, end)).digest("hex"),
    firstMs,
    isLonger,
    isUnreadable,
  };
}
