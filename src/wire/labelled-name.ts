/** Names of series out of labels in JSON: `metric;label=value;…`, as remote write makes them. */
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export class LabelledName {
  readonly #writer = new TaggedNameWriter();
  readonly #decoder = new TextDecoder();

  /** @returns undefined where `__name__` is missing, or the name does not fit */
  of(labels: Readonly<Record<string, unknown>>): string | undefined {
    this.#writer.clear();
    for (const [key, value] of Object.entries(labels)) {
      if (typeof value !== "string") continue;
      if (key === "__name__") this.#writer.headText(value);
      else this.#writer.tagText(key, value);
    }
    const length = this.#writer.compose();
    return length === 0 ? undefined : this.#decoder.decode(this.#writer.bytes.subarray(0, length));
  }
}
