/**
 * Joins Kale to what a Skyline remembers in the same Redis, in compatibility mode: the alerts it has
 * sent, and the triggers that second order goes by.
 */
import { assert } from "../base/assert.ts";
import type { Logger } from "../base/log.ts";
import { type EpisodeTracker, type Trigger } from "../analyzer/index.ts";
import type { SeriesWindow } from "../model/index.ts";
import { parseRedisAddress, SkylineMemory } from "../store/index.ts";
import type { StoreChoice } from "./store-choice.ts";
import type { Settings } from "./settings.ts";

/** @returns undefined unless the store is Redis and `compat` is on */
export function openSkylineMemory(
  store: StoreChoice,
  settings: Pick<Settings, "isCompatible">,
): SkylineMemory | undefined {
  if (store.kind !== "redis" || !settings.isCompatible) return undefined;
  const address = parseRedisAddress(store.url);
  assert(address !== undefined, "the address of Redis was read before");
  const { user, password, ca, fullNamespace } = store;
  return new SkylineMemory({ server: { address, user, password, ca }, fullNamespace });
}

/** Reads the histories of all series of a window, once it is warm. Redis away costs them, and is told. */
export async function adoptTriggers(
  memory: SkylineMemory,
  window: SeriesWindow,
  tracker: EpisodeTracker,
  logger: Logger,
): Promise<void> {
  const names: string[] = [];
  for (let id = 0; id < window.idCount; id++) if (window.isLive(id)) names.push(window.name(id));
  try {
    for await (const { name, triggers } of memory.readTriggers(names)) {
      tracker.adoptTriggers(name, triggers);
    }
  } catch (error) {
    logger.warn("earlier triggers could not be read; second order begins anew", {
      error: String(error),
    });
  }
}

/** Writes each trigger behind those that stand there, one at a time; at most so many wait. */
export function triggerWriter(
  memory: SkylineMemory,
  logger: Logger,
): (name: string, trigger: Trigger) => void {
  let waitingCount = 0;
  let writing = Promise.resolve();
  return (name, trigger) => {
    if (waitingCount >= waitingCountMax) return;
    waitingCount += 1;
    writing = writing
      .then(() => memory.addTrigger(name, trigger))
      .catch((error: unknown) => {
        logger.warn("a trigger could not be written", { name, error: String(error) });
      })
      .finally(() => (waitingCount -= 1));
  };
}

const waitingCountMax = 10_000;
