/** Names for what somebody types: exact, part of a name, or a pattern; asked once they pause. */
import { fetchNames } from "../api/kale.ts";
import { counted, formatCount } from "../lib/format.ts";
import { useDelayed } from "./delayed.ts";
import { useQuery } from "./query.ts";

const typingPauseMs = 120;

export interface FoundNames {
  /** What these names are the answer to; empty where nothing was asked. */
  readonly asked: string;
  readonly names: readonly string[];
  readonly total: number;
  readonly isWaiting: boolean;
  readonly problem: string | undefined;
}

export function useNames(text: string, countMax: number): FoundNames {
  const asked = useDelayed(text.trim(), typingPauseMs);
  const { value, failure } = useQuery(
    asked === "" ? null : `${asked}\n${countMax}`,
    (signal) => fetchNames(asked, countMax, signal),
    { keepsFormer: true },
  );
  return {
    asked,
    names: value?.names ?? [],
    total: value?.total ?? 0,
    isWaiting: asked !== "" && value === undefined && failure === undefined,
    problem: failure?.message,
  };
}

/** What to say below the names. @param rest  what to do where not all are shown */
export function wordsOfNames(found: FoundNames, rest: string): string | undefined {
  if (found.asked === "") return undefined;
  if (found.problem !== undefined) return found.problem;
  if (found.isWaiting) return "Searching…";
  if (found.total === 0) {
    return "No metric’s name holds this. With * and ? it is a pattern for the whole name.";
  }
  if (found.total <= found.names.length) return counted(found.total, "match", "matches");
  return `${formatCount(found.total)} match; ${rest}`;
}
