/**
 * What a Skyline remembers of alerts and triggers in Redis, so that the two do not say everything
 * twice while both run, and one goes on where the other ends:
 *
 *     last_alert.STRATEGY.NAME   there for as long as the metric was told enough of; the value told
 *     trigger_history.KEY        when and at which value the metric triggered: one MessagePack array
 *                                of [seconds, value]; KEY has its namespace
 *
 * Source: etsy/skyline, analyzer/analyzer.py and algorithms.py. Deviation: `last_alert` is set after a
 * send that worked, not before; a history keeps its newest 100 triggers, where theirs only grew.
 */
import { integerValue } from "../../model/index.ts";
import { openServerLink } from "./open-link.ts";
import type { RedisServerOptions } from "./options.ts";
import { PointReader, PointWriter } from "./points.ts";
import { askOne, type ServerLink } from "./server-link.ts";

const triggerCountMax = 100;
const keysPerStep = 500;

export interface SkylineTrigger {
  readonly timeMs: number;
  readonly value: number;
}

export interface SkylineMemoryOptions {
  readonly server: RedisServerOptions;
  /** "metrics." in the original. */
  readonly fullNamespace: string;
}

/** Every method rejects with a RemoteError where Redis does not answer. */
export class SkylineMemory {
  readonly #link: ServerLink;
  readonly #namespace: string;

  constructor({ server, fullNamespace }: SkylineMemoryOptions) {
    this.#link = openServerLink(server);
    this.#namespace = fullNamespace;
  }

  /** @param strategy  "smtp", "pagerduty" … */
  async isTold(strategy: string, name: string): Promise<boolean> {
    const key = toldKey(strategy, name);
    return (await askOne(this.#link, key, "EXISTS", key)) === 1;
  }

  async noteTold(
    strategy: string,
    name: string,
    { value, expireMs }: { readonly value: number; readonly expireMs: number },
  ): Promise<void> {
    const key = toldKey(strategy, name);
    const seconds = String(Math.max(1, Math.round(expireMs / 1000)));
    await askOne(this.#link, key, "SETEX", key, seconds, packedValue(value));
  }

  /** The histories there are of these series. */
  async *readTriggers(
    names: readonly string[],
  ): AsyncGenerator<{ readonly name: string; readonly triggers: readonly SkylineTrigger[] }> {
    for (let from = 0; from < names.length; from += keysPerStep) {
      const some = names.slice(from, from + keysPerStep);
      const replies = await this.#link.run(
        some.map((name) => ({
          key: this.#triggerKey(name),
          args: ["GET", this.#triggerKey(name)],
        })),
      );
      for (const [i, reply] of replies.entries()) {
        const name = some[i];
        if (name === undefined || !Buffer.isBuffer(reply)) continue;
        const triggers = unpackTriggers(reply);
        if (triggers.length > 0) yield { name, triggers };
      }
    }
  }

  /** Puts a trigger behind those that stand there, whoever wrote them. */
  async addTrigger(name: string, trigger: SkylineTrigger): Promise<void> {
    const key = this.#triggerKey(name);
    const [reply = null] = await this.#link.run([{ key, args: ["GET", key] }]);
    // What is there is not ours alone: something of another type is left as it is.
    if (reply instanceof Error) return;
    const before = Buffer.isBuffer(reply) ? unpackTriggers(reply) : [];
    const triggers = [...before, trigger].slice(-triggerCountMax);
    await askOne(this.#link, key, "SET", key, packTriggers(triggers));
  }

  close(): void {
    this.#link.close();
  }

  #triggerKey(name: string): string {
    return `trigger_history.${this.#namespace}${name}`;
  }
}

function toldKey(strategy: string, name: string): string {
  return `last_alert.${strategy}.${name}`;
}

/** A number by itself: what stands behind the array's byte and a time of 0. */
function packedValue(value: number): Buffer {
  const writer = new PointWriter();
  writer.add(0, value, 0);
  return writer.take().subarray(2);
}

export function packTriggers(triggers: readonly SkylineTrigger[]): Buffer {
  const writer = new PointWriter();
  for (const { timeMs, value } of triggers) {
    writer.add(timeMs, value, Number.isInteger(value) ? integerValue : 0);
  }
  const { length } = triggers;
  const head = length < 16 ? [0x90 | length] : [0xdc, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), writer.take()]);
}

/** Oldest first; what is no array of points gives none, what is odd among them is passed over. */
export function unpackTriggers(bytes: Buffer): SkylineTrigger[] {
  const first = bytes[0] ?? 0;
  const headBytes = first >= 0x90 && first < 0xa0 ? 1 : first === 0xdc ? 3 : first === 0xdd ? 5 : 0;
  if (headBytes === 0) return [];
  const reader = new PointReader(bytes, headBytes);
  const triggers: SkylineTrigger[] = [];
  for (let kind = reader.next(); kind !== "none"; kind = reader.next()) {
    if (kind === "point") triggers.push({ timeMs: reader.timeMs, value: reader.value });
  }
  return triggers.sort((a, b) => a.timeMs - b.timeMs).slice(-triggerCountMax);
}
