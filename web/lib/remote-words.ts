/** What is said of the machines that keep the samples while something about them is not as it should. */
import type { RemoteStoreJson, SummaryJson } from "../../src/webapp/contract.ts";
import { counted, formatBytes, formatDuration } from "./format.ts";

export interface RemoteTrouble {
  readonly title: string;
  readonly words: string;
}

/** @returns undefined while all is well */
export function remoteTrouble(
  remote: SummaryJson["remote"],
  now: number,
): RemoteTrouble | undefined {
  if (remote === null) return undefined;
  const { description, reachable, problem, failingSince, waiting, holding, warmShare } = remote;
  if (!reachable || failingSince !== null) {
    const since =
      failingSince === null ? "" : ` for ${formatDuration(Math.max(0, now - failingSince))}`;
    const safe = holding
      ? "What waits on this machine is at its limit, so senders are made to wait."
      : `What arrives is safe: ${counted(waiting, "sample")} ${waiting === 1 ? "waits" : "wait"} on this machine’s disk.`;
    const judging = warmShare < 1 ? " Nothing is judged before it has been read." : "";
    return {
      title: `${description} does not take samples${since}`,
      words: `${problem === null ? "" : `${sentence(problem)} `}${safe}${judging}`,
    };
  }
  if (warmShare < 1) {
    return {
      title: `Reading the last day from ${description}: ${Math.floor(warmShare * 100)} %`,
      words: "Judging begins when it is done; what arrives meanwhile is taken in.",
    };
  }
  if (problem === null) return undefined;
  return { title: `Something is wrong with ${description}`, words: sentence(problem) };
}

/** What waits, as a part of its limit. */
export function waitingWords(
  { waiting, waitingBytes, waitingBytesMax, oldestWaiting }: RemoteStoreJson,
  now: number,
): string {
  if (waiting === 0) return "nothing waits to be written there";
  const age =
    oldestWaiting === null ? "" : `, the oldest for ${formatDuration(now - oldestWaiting)}`;
  return `${counted(waiting, "sample")} to be written there${age}: ${formatBytes(waitingBytes)} of at most ${formatBytes(waitingBytesMax)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
