/** Notes in memory, for tests of the webapp and for looking at the pages. */
import type { NewNote, Note, NoteJournal, TimeRange } from "../model/index.ts";

export class MemoryNotes implements NoteJournal {
  readonly #notes: Note[] = [];
  #madeCount = 0;

  add(note: NewNote): Note {
    this.#madeCount += 1;
    const kept = { ...note, id: String(this.#madeCount) };
    this.#notes.push(kept);
    return kept;
  }

  find({ range, limit }: { readonly range: TimeRange; readonly limit: number }): Note[] {
    return this.#notes
      .filter(({ timeMs }) => timeMs >= range.fromMs && timeMs < range.untilMs)
      .sort((a, b) => a.timeMs - b.timeMs)
      .slice(-limit);
  }

  remove(id: string): boolean {
    const place = this.#notes.findIndex((note) => note.id === id);
    if (place >= 0) this.#notes.splice(place, 1);
    return place >= 0;
  }
}
