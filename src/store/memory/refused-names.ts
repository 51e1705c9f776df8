/** Names that were refused, by reason, each with its last example. */
import type { NameRefusal, RefusedNames } from "../../model/index.ts";

const exampleBytesMax = 200;

interface Refused {
  count: number;
  readonly last: Uint8Array;
  lastLength: number;
}

export class RefusedNameCounts {
  readonly #byReason = new Map<NameRefusal, Refused>();
  readonly #decoder = new TextDecoder();

  /** Called for every sample of a name that is refused, so it makes no text of it. */
  add(reason: NameRefusal, bytes: Uint8Array, start: number, end: number): void {
    let refused = this.#byReason.get(reason);
    if (refused === undefined) {
      refused = { count: 0, last: new Uint8Array(exampleBytesMax), lastLength: 0 };
      this.#byReason.set(reason, refused);
    }
    refused.count += 1;
    refused.lastLength = Math.min(end - start, exampleBytesMax);
    for (let i = 0; i < refused.lastLength; i++) refused.last[i] = bytes[start + i]!;
  }

  list(): RefusedNames[] {
    return [...this.#byReason].map(([reason, { count, last, lastLength }]) => ({
      reason,
      count,
      lastExample: this.#decoder.decode(last.subarray(0, lastLength)),
    }));
  }
}
