/**
 * What an outbox finds in its folder: the pieces that wait, and the batch that was given last and
 * that nobody knows the outcome of. Damage is set aside and named; the rest is given.
 */
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { StoreError } from "../errors.ts";
import type { Disk } from "../log/disk.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { type FrameScan, frameHeaderBytes, scanFrames } from "../log/frame.ts";
import { Quarantine } from "../log/quarantine.ts";
import { segmentName, segmentNumbers } from "../log/segmented-log.ts";
import { readRecord } from "./outbox-codec.ts";

export const outboxPrefix = "outbox";

/** Durable rows, and where they are. */
export interface Piece {
  readonly segment: number;
  readonly offset: number;
  readonly lengthBytes: number;
  /** Ordinal of the first row. */
  readonly first: number;
  readonly count: number;
  readonly takenMs: number;
  /** On the clock that never goes back. */
  readonly durableAtMs: number;
  /** Time of the oldest row that the window holds, Infinity where it holds none. */
  windowMs: number;
}

export interface RecoveredOutbox {
  /** Those that wait, in order. */
  readonly pieces: Piece[];
  /** Ends of batches that were given and not acknowledged, in order. */
  readonly givenEnds: number[];
  readonly nextOrdinal: number;
  readonly segments: { readonly number: number; readonly sizeBytes: number }[];
  readonly nextSegment: number;
}

export async function recoverOutbox(
  folder: string,
  options: { readonly disk: Disk; readonly clock: Clock; readonly faults: FaultLedger },
): Promise<RecoveredOutbox> {
  const { disk } = options;
  const numbers = segmentNumbers(outboxPrefix, await disk.list(folder));
  const quarantine = new Quarantine(disk, join(folder, "quarantine"), options.faults);
  const found: Piece[] = [];
  const cuts: number[] = [];
  const segments: { number: number; sizeBytes: number }[] = [];
  const durableAtMs = options.clock.elapsedMs();
  let acknowledged = 0;

  for (const number of numbers) {
    const path = join(folder, segmentName(outboxPrefix, number));
    const file = await disk.open(path, "read");
    let scan: FrameScan;
    try {
      segments.push({ number, sizeBytes: await file.sizeBytes() });
      scan = await scanFrames(file, "OBOX", (payload, offset) => {
        const record = readRecord(payload);
        if (record?.kind === "piece") {
          const { first, count, takenMs } = record;
          const lengthBytes = payload.length + frameHeaderBytes;
          const place = { segment: number, offset, lengthBytes, durableAtMs };
          found.push({ ...place, first, count, takenMs, windowMs: Infinity });
        } else if (record?.kind === "cut") cuts.push(record.end);
        else if (record !== undefined) acknowledged = Math.max(acknowledged, record.end);
        return record !== undefined;
      });
    } finally {
      await file.close();
    }
    if (scan.header === "foreign") {
      const remedy = "use the Kale that wrote it, or another folder with --data";
      throw new StoreError("STORE_FORMAT", `${path} is not of this version of Kale; ${remedy}`);
    }
    for (const damage of scan.damages) {
      if (!damage.isTornTail) await quarantine.take(path, damage);
    }
  }

  const all = withoutTwins(found);
  const last = all.at(-1);
  return {
    pieces: all.filter(({ first }) => first >= acknowledged),
    givenEnds: cuts.filter((end) => end > acknowledged),
    nextOrdinal: Math.max(acknowledged, ...cuts.slice(-1), last ? last.first + last.count : 0),
    segments,
    nextSegment: (numbers.at(-1) ?? 0) + 1,
  };
}

/** A piece whose file failed was written again into the next one. */
function withoutTwins(found: readonly Piece[]): Piece[] {
  const byOrdinal = [...found].sort((a, b) => a.first - b.first || b.segment - a.segment);
  return byOrdinal.filter((piece, i) => i === 0 || byOrdinal[i - 1]!.first !== piece.first);
}
