/** How the remote is and what waits for it, for the status page; and since when it has been away. */
import type { Clock } from "../../base/clock.ts";
import type { RemoteStoreStats } from "../../model/index.ts";
import type { Courier } from "./courier.ts";
import type { Outbox } from "./outbox.ts";
import type { RemoteSeries } from "./remote-series.ts";
import type { SetAside } from "./set-aside.ts";
import type { WarmWindow } from "./warm-window.ts";
import type { WriterRoom } from "./writer-room.ts";

export interface RemoteReportParts {
  readonly remote: RemoteSeries;
  readonly courier: Courier;
  readonly outbox: Outbox;
  readonly setAside: SetAside;
  readonly room: WriterRoom;
  readonly window: WarmWindow;
  readonly clock: Clock;
  readonly outboxBytesMax: number;
}

export class RemoteReport {
  readonly #parts: RemoteReportParts;
  /** When it was first noticed that the remote does not answer. */
  #awaySinceMs: number | null = null;

  constructor(parts: RemoteReportParts) {
    this.#parts = parts;
  }

  stats(): RemoteStoreStats {
    const health = this.#parts.remote.health();
    const { failure, failingSinceMs } = this.#parts.courier;
    const isReachable = health.isReachable && (failure === undefined || this.#parts.courier.isBusy);
    if (isReachable) this.#awaySinceMs = null;
    else this.#awaySinceMs ??= failingSinceMs ?? this.#parts.clock.nowMs();
    return {
      description: health.description,
      isReachable,
      problem: health.problem ?? failure?.message,
      failingSinceMs: failingSinceMs ?? this.#awaySinceMs,
      waitingSampleCount: this.#parts.outbox.waitingCount,
      waitingBytes: this.#parts.outbox.occupiedBytes,
      waitingBytesMax: this.#parts.outboxBytesMax,
      oldestWaitingMs: this.#parts.outbox.oldestTakenMs,
      isHolding: this.#parts.room.isHolding,
      heldWriteCount: this.#parts.room.heldWriteCount,
      writtenSampleCount: this.#parts.courier.deliveredCount,
      writtenBytes: health.writtenBytes,
      retryCount: this.#parts.courier.retryCount + health.retryCount,
      busyCount: this.#parts.courier.busyCount,
      refusedSampleCount: this.#parts.setAside.sampleCount,
      lastWriteMs: health.lastWriteMs,
      warmth: this.#parts.window.warmth,
      summedStepCount: health.summedStepCount,
    };
  }
}
