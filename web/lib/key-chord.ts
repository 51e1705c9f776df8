/**
 * Keys as people type them on a page: single ones ("j", "?", "Escape", "Ctrl-k") and two in a row
 * ("g h"). Pure: what was pressed and when goes in, which binding was meant comes out.
 */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The first key of a chord is forgotten after this. */
const chordMs = 1500;

export class ChordReader {
  #first: string | undefined;
  #firstAtMs = -Infinity;

  /**
   * @param isBound  whether something listens to this chord
   * @returns the chord that this press completes, or undefined
   */
  press(press: KeyPress, atMs: number, isBound: (chord: string) => boolean): string | undefined {
    const name = nameOf(press);
    const first = atMs - this.#firstAtMs <= chordMs ? this.#first : undefined;
    this.#first = undefined;
    const pair = first === undefined ? undefined : `${first} ${name}`;
    if (pair !== undefined && isBound(pair)) return pair;
    if (name === "g") {
      this.#first = name;
      this.#firstAtMs = atMs;
      return undefined;
    }
    return isBound(name) ? name : undefined;
  }
}

function nameOf({ key, ctrlKey, metaKey, altKey }: KeyPress): string {
  if (altKey) return `Alt-${key}`;
  return ctrlKey || metaKey ? `Ctrl-${key.toLowerCase()}` : key;
}
