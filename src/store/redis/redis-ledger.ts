/** What was done in Redis and what was found there that is not as it should be; since the start. */

/** Found in keys that others write too; nothing of it is ever deleted. */
export type KeyFault =
  /** Another program keeps something else under the key: its samples cannot be kept. */
  | "wrong-type"
  /** Bytes that are no points stand at its end, or between them. */
  | "unreadable"
  /** Longer than is ever read. */
  | "too-long";

export class RedisLedger {
  writtenSampleCount = 0;
  writtenBytes = 0;
  refusedSampleCount = 0;
  /** Well-formed values that are no points, such as texts; they are stepped over. */
  oddPointCount = 0;
  trimmedKeyCount = 0;
  trimmedBytes = 0;
  expiredSeriesCount = 0;
  followedSampleCount = 0;
  retryCount = 0;
  lastWriteMs: number | null = null;
  readonly #faulty = new Map<string, KeyFault>();
  #unlistedCount = 0;

  /** Remembers the key, up to a thousand of them. */
  report(key: string, fault: KeyFault): void {
    if (this.#faulty.has(key) || this.#faulty.size < faultyKeyCountMax)
      this.#faulty.set(key, fault);
    else this.#unlistedCount += 1;
  }

  /** The key is as it should be, again. */
  clear(key: string): void {
    if (this.#faulty.size > 0) this.#faulty.delete(key);
  }

  /** For a person; undefined where nothing is wrong. */
  get problem(): string | undefined {
    const [first] = this.#faulty;
    if (first === undefined) return undefined;
    const [key, fault] = first;
    const others = this.#faulty.size + this.#unlistedCount - 1;
    const more = others === 0 ? "" : ` (and ${others} more keys)`;
    return `${sentences[fault].replace("KEY", JSON.stringify(key))}${more}`;
  }
}

const faultyKeyCountMax = 1000;

const sentences: Readonly<Record<KeyFault, string>> = {
  "wrong-type": "KEY is not a string: samples of it cannot be kept until it is renamed or deleted",
  unreadable:
    "KEY holds bytes that are no points: what can be read is used, the rest is left as it is",
  "too-long": "KEY is longer than 64 MiB and is not read",
};
