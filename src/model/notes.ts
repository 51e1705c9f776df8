/** Something that happened, for the graphs: a deploy, a reboot, a holiday. */
import type { TimeRange } from "./samples.ts";

export interface NewNote {
  readonly timeMs: number;
  readonly title: string;
  readonly text: string;
  /** "error", "warning", "info", "success" or "", as the sender called it. */
  readonly kind: string;
  /** Of the machine it is about; "" for none. */
  readonly host: string;
  readonly tags: readonly string[];
  /** Who told: "statsd", "page" … */
  readonly source: string;
}

export interface Note extends NewNote {
  readonly id: string;
}

export const noteLimits = {
  titleLengthMax: 300,
  textLengthMax: 4_000,
  tagCountMax: 50,
  tagLengthMax: 200,
  /** Older ones are forgotten. */
  noteCountMax: 50_000,
} as const;

/** Keeps notes across restarts. */
export interface NoteJournal {
  /** Texts over the limits are cut. Undefined where it could not be written; the log says why. */
  add(note: NewNote): Note | undefined;
  /** Oldest first; the newest of the range where there are more. */
  find(query: { readonly range: TimeRange; readonly limit: number }): Note[];
  /** @returns whether there was one */
  remove(id: string): boolean;
}
