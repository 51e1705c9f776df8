/**
 * Names of all series of a shard that several processes share: the window has those only that this
 * process judges. At its limit further ones are left out of questions by tag and tree; names that the
 * remote has forgotten stay until a restart.
 */
import type { SeriesNameList } from "../../model/index.ts";

export class NameList implements SeriesNameList {
  readonly #countMax: number;
  readonly #names: string[] = [];
  readonly #known = new Set<string>();

  constructor(options: { readonly countMax: number }) {
    this.#countMax = options.countMax;
  }

  get idCount(): number {
    return this.#names.length;
  }

  isLive(id: number): boolean {
    return id < this.#names.length;
  }

  name(id: number): string {
    return this.#names[id] ?? "";
  }

  note(name: string): void {
    if (this.#known.has(name) || this.#names.length >= this.#countMax) return;
    this.#known.add(name);
    this.#names.push(name);
  }
}
