/** A few at a time, others wait in the order they came, up to a stated number. */

export class Turns {
  readonly #atOnceMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #runningCount = 0;

  constructor(options: { readonly atOnceMax: number; readonly waitingMax: number }) {
    this.#atOnceMax = options.atOnceMax;
    this.#waitingMax = options.waitingMax;
  }

  /** @returns to be called when the work is done; undefined where too many wait already */
  async take(): Promise<(() => void) | undefined> {
    if (this.#runningCount < this.#atOnceMax) this.#runningCount += 1;
    else {
      if (this.#waiting.length >= this.#waitingMax) return undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = this.#waiting.shift();
      // Whoever waited takes the place over.
      if (next === undefined) this.#runningCount -= 1;
      else next();
    };
  }
}
