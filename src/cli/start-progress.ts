/** How far the shards are with reading what they kept; while they do, nobody can be asked. */
import type { StartingReport } from "../webapp/index.ts";
import { StartError } from "./running.ts";

export class StartProgress {
  readonly #shares: number[];
  readonly #onChange: (share: number) => void;
  #isDone = false;

  constructor(shardCount: number, onChange: (share: number) => void) {
    this.#shares = new Array<number>(shardCount).fill(0);
    this.#onChange = onChange;
  }

  /** The slowest is waited for, but each does its part of the work. */
  get share(): number {
    const sum = this.#shares.reduce((total, share) => total + share, 0);
    return sum / Math.max(1, this.#shares.length);
  }

  /** Whether the shards can be asked. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Undefined once everything answers. */
  get report(): StartingReport | undefined {
    return this.#isDone ? undefined : { share: this.share };
  }

  note(shard: number, share: number): void {
    this.#shares[shard] = share;
    this.#onChange(this.share);
  }

  done(): void {
    this.#isDone = true;
  }

  /** What is answered to who asks a shard meanwhile. */
  error(): StartError {
    return new StartError("STARTING", `Kale is starting: ${Math.floor(this.share * 100)} %.`);
  }
}
