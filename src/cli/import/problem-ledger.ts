/** What could not be read, counted by reason with the first examples. */
const exampleCountMax = 3;
const exampleCharsMax = 120;

export class ProblemLedger {
  readonly #byReason = new Map<string, { count: number; readonly examples: string[] }>();

  /** @param reason  of a closed set, as readers have them */
  note(reason: string, example: string): void {
    let known = this.#byReason.get(reason);
    if (known === undefined) this.#byReason.set(reason, (known = { count: 0, examples: [] }));
    known.count += 1;
    if (known.examples.length < exampleCountMax) {
      known.examples.push(example.slice(0, exampleCharsMax));
    }
  }

  /**
   * @param subject  what is counted, e.g. "file"
   * @param claim    what became of it, e.g. "could not be read"
   * @returns a line for each reason, or undefined where there was none
   */
  tell(subject: string, claim: string): string | undefined {
    if (this.#byReason.size === 0) return undefined;
    return [...this.#byReason]
      .map(([reason, { count, examples }]) => {
        const subjects = count === 1 ? subject : `${subject}s`;
        const more = count > examples.length ? ", …" : "";
        // Names and lines come from outside: controls would reach the terminal.
        const shown = examples.map((example) => JSON.stringify(example)).join(", ");
        return `${count} ${subjects} ${claim}, ${reason}: ${shown}${more}`;
      })
      .join("\n");
  }
}
