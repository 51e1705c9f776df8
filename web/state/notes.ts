/** What happened in the range of a graph, for its markers. */
import { useMemo } from "preact/hooks";
import type { NoteJson } from "../../src/webapp/contract.ts";
import { fetchNotes } from "../api/kale.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { useQuery } from "./query.ts";

const refreshMs = 30_000;
/** A graph whose end moves with the clock asks for whole minutes, not anew every second. */
const stepSeconds = 60;
const nothing: readonly NoteJson[] = [];

export function useNotes(range: TimeRange): readonly NoteJson[] {
  const from = Math.floor(range.from / stepSeconds) * stepSeconds;
  const until = Math.ceil(range.until / stepSeconds) * stepSeconds;
  const { value } = useQuery(
    `notes ${from} ${until}`,
    (signal) => fetchNotes({ from, until }, signal),
    { everyMs: refreshMs, keepsFormer: true },
  );
  return useMemo(() => value ?? nothing, [value]);
}
