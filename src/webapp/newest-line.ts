/** A stream of lines of which each makes those before it obsolete: a slow reader skips some. */

export class NewestLine {
  /** Resolves when there is a first line. */
  readonly begun: Promise<void>;
  #begin: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #line: string | undefined;
  #isBegun = false;
  #isEnded = false;

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  offer(line: string): void {
    if (this.#isEnded) return;
    this.#line = line;
    this.#isBegun = true;
    this.#begin();
    this.#wake();
  }

  /** The last line; it is never skipped. */
  end(line: string): void {
    this.offer(line);
    this.#isEnded = true;
    this.#wake();
  }

  stream(): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          while (this.#line === undefined && !this.#isEnded) {
            await new Promise<void>((resolve) => {
              this.#wake = resolve;
            });
          }
          if (this.#line === undefined) {
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(this.#line));
          this.#line = undefined;
        },
      },
      { highWaterMark: 0 },
    );
  }
}
