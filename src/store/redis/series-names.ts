/**
 * Which series there are: the members of the namespace's set, read in small steps (SSCAN) so that
 * nobody else waits for it.
 *
 * Names that others register appear here; one that was taken out of the set is forgotten, unless its
 * key is there and was written by us, which puts it back: a program that deletes a stale key and one
 * that writes a new point may cross.
 */
import type { Clock } from "../../base/clock.ts";
import { nameMatcher, type NamePage, type NameQuery, nameRank } from "../../model/index.ts";
import type { KeySpace } from "./key-space.ts";
import { numberOf, type Reply, textOf } from "./node-link.ts";
import { askOne, type ServerLink } from "./server-link.ts";

const membersPerStep = "1000";
const keysPerCheck = 500;

export interface SeriesNamesParts {
  readonly link: ServerLink;
  readonly space: KeySpace;
  readonly wants: (name: string) => boolean;
  readonly clock: Clock;
}

export class SeriesNames {
  readonly #link: ServerLink;
  readonly #space: KeySpace;
  readonly #wants: (name: string) => boolean;
  readonly #clock: Clock;
  #listing = 0;
  #listedMs = -Infinity;
  #running: Promise<void> | undefined;

  constructor({ link, space, wants, clock }: SeriesNamesParts) {
    this.#link = link;
    this.#space = space;
    this.#wants = wants;
    this.#clock = clock;
  }

  /** Reads the set, unless that was done less than `ageMaxMs` ago. */
  refresh(ageMaxMs: number): Promise<void> {
    if (this.#clock.elapsedMs() - this.#listedMs < ageMaxMs) return Promise.resolve();
    this.#running ??= this.#list().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async find({ query, limit }: NameQuery): Promise<NamePage> {
    await this.refresh(findAgeMaxMs);
    const matches = nameMatcher(query);
    const best: [string[], string[], string[]] = [[], [], []];
    let totalCount = 0;
    for (let id = 0; id < this.#space.idCount; id++) {
      const name = this.#space.nameOf(id);
      if (name === undefined || !matches(name)) continue;
      totalCount += 1;
      const names = best[nameRank(query, name)];
      names.push(name);
      if (names.length > 4 * limit + 1024) keepFirst(names, limit);
    }
    for (const names of best) keepFirst(names, limit);
    return { names: best.flat().slice(0, limit), totalCount };
  }

  async #list(): Promise<void> {
    const space = this.#space;
    const listing = this.#listing + 1;
    const registeredBefore = space.isRegistered.slice(0, space.idCount);
    let cursor = "0";
    do {
      const reply = await askOne(
        this.#link,
        space.setKey,
        "SSCAN",
        space.setKey,
        cursor,
        "COUNT",
        membersPerStep,
      );
      const [next = null, members = null] = listOf(reply);
      cursor = textOf(next);
      for (const member of listOf(members)) this.#enter(textOf(member), listing);
    } while (cursor !== "0" && cursor !== "");
    this.#listing = listing;
    await this.#settleMissing(listing, registeredBefore);
    this.#listedMs = this.#clock.elapsedMs();
  }

  #enter(member: string, listing: number): void {
    const space = this.#space;
    if (!member.startsWith(space.prefix)) return;
    const name = member.slice(space.prefix.length);
    if (name === "" || name.includes("\ufffd") || !this.#wants(name)) return;
    const id = space.enter(name);
    if (id === undefined) return;
    space.isRegistered[id] = 1;
    space.listing[id] = listing;
  }

  /** Those that the set had before and has no more: put back where the key is there. */
  async #settleMissing(listing: number, registeredBefore: Uint8Array): Promise<void> {
    const space = this.#space;
    const missing: number[] = [];
    for (const [id, wasRegistered] of registeredBefore.entries()) {
      if (wasRegistered === 0 || space.nameOf(id) === undefined) continue;
      if (space.listing[id] !== listing) missing.push(id);
    }
    for (let from = 0; from < missing.length; from += keysPerCheck) {
      const ids = missing.slice(from, from + keysPerCheck);
      const keys = ids.map((id) => space.keyOf(space.nameOf(id) ?? ""));
      const replies = await this.#link.run(keys.map((key) => ({ key, args: ["EXISTS", key] })));
      const kept = keys.filter((_, i) => numberOf(replies[i]) === 1);
      if (kept.length > 0) await askOne(this.#link, space.setKey, "SADD", space.setKey, ...kept);
      for (const [i, id] of ids.entries()) {
        if (numberOf(replies[i]) === 0 && space.listing[id] !== listing) space.forget(id);
      }
    }
  }
}

/** A name that was registered by others is found this long afterwards. */
const findAgeMaxMs = 5000;

export function listOf(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** Sorted by code units, so that the order is the same everywhere. */
function keepFirst(names: string[], count: number): void {
  names.sort();
  names.length = Math.min(names.length, Math.max(0, count));
}
