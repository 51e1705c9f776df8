/**
 * What keeps the program from doing all it should, a sentence each, for probes and whoever reads them.
 *
 * A fault is no reason to be left out or restarted: with a full disk Kale goes on taking samples into
 * memory, judging and answering, and a restart would lose what only memory has. So the probes answer
 * 200 and name the faults; whoever wants a failing status asks for it (see operator-routes.ts).
 */
import type { ShardStats } from "../model/index.ts";
import type { JournalReport } from "./parts.ts";
import { remoteStoreJson } from "./remote-store-json.ts";

/** @returns what is wrong now, the worst first; nothing of what was wrong and is over */
export function currentFaults(shards: readonly ShardStats[], journal: JournalReport): string[] {
  return [...diskFaults(shards), ...remoteFaults(shards), ...journalFaults(journal)];
}

function diskFaults(shards: readonly ShardStats[]): string[] {
  const unsaved = shards.filter(({ store }) => !store.isDurable);
  if (unsaved.length === 0) return [];
  const sampleCount = unsaved.reduce((sum, { store }) => sum + store.uncommittedCount, 0);
  return [
    `The disk takes no more, samples are kept in memory only: ${sampleCount} so far. ` +
      "Free space on it; Kale goes on by itself.",
  ];
}

function remoteFaults(shards: readonly ShardStats[]): string[] {
  const remote = remoteStoreJson(shards);
  if (remote === null || (remote.reachable && remote.failingSince === null)) return [];
  const { description, problem, waiting, holding } = remote;
  const reason = problem === null ? "" : ` (${problem})`;
  const waits = `${waiting} samples wait on the local disk${holding ? ", and senders are made to wait" : ""}`;
  return [`${description} takes nothing${reason}: ${waits}.`];
}

function journalFaults({ unsavedCount }: JournalReport): string[] {
  if (unsavedCount === 0) return [];
  return [
    `The journal's file cannot be written: what is new of ${unsavedCount} anomalies is in memory only.`,
  ];
}
