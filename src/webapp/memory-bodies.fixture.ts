/** An intake that remembers what it was handed, and answers what a test tells it to. */
import type { BodyCounts, BodyIntake, BodyOutcome, BodyRequest } from "../model/index.ts";

export const allTaken: BodyCounts = {
  acceptedCount: 3,
  pieceCount: 3,
  takenPieceCount: 3,
  refusedPieceCount: 0,
  takenHistogramCount: 0,
  isIntact: true,
  refusals: [],
};

/** Two of five are too old. */
export const partlyTaken: BodyCounts = {
  ...allTaken,
  pieceCount: 5,
  refusedPieceCount: 2,
  takenHistogramCount: 1,
  refusals: [{ reason: "too-old", count: 2, lastMs: 0, lastExample: "m\u2028 1 0" }],
};

export const broken: BodyCounts = {
  ...allTaken,
  isIntact: false,
  refusals: [{ reason: "bad-protobuf", count: 1, lastMs: 0, lastExample: "x" }],
};

export class MemoryBodies implements BodyIntake {
  readonly requests: BodyRequest[] = [];
  outcome: BodyOutcome | Promise<BodyOutcome> = { isRead: true, counts: allTaken };

  /** What `sync` waits for. */
  syncing: Promise<void> = Promise.resolve();
  syncCount = 0;

  sync(): Promise<void> {
    this.syncCount += 1;
    return this.syncing;
  }

  take(request: BodyRequest): Promise<BodyOutcome> {
    this.requests.push(request);
    return Promise.resolve(this.outcome);
  }
}
