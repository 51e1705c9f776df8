/**
 * The states of as many series as there come to be, in blocks: growing never copies, and a block is
 * made when its first series is.
 */
import { Detector } from "./detector.ts";
import { DetectorState, stateBytes } from "./layout.ts";

const blockSeriesCount = 256;

export class DetectorBank {
  readonly #blocks: Detector[] = [];

  get memoryBytes(): number {
    return this.#blocks.length * blockSeriesCount * stateBytes;
  }

  /** The detector of the block that holds this series; its readings are of the row it judged last. */
  detectorOf(id: number): Detector {
    const block = Math.floor(id / blockSeriesCount);
    while (this.#blocks.length <= block) {
      this.#blocks.push(new Detector(new DetectorState(blockSeriesCount)));
    }
    return this.#blocks[block]!;
  }

  /** Where the series lies in its block. */
  indexOf(id: number): number {
    return id % blockSeriesCount;
  }

  clear(id: number): void {
    if (Math.floor(id / blockSeriesCount) < this.#blocks.length) {
      this.detectorOf(id).state.clear(this.indexOf(id));
    }
  }
}
