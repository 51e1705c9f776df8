/**
 * Series of which nothing was learned yet learn from what is kept of them, before they are judged: after `kale import`,
 * or a version that does not read what the one before had learned. Without it a series would know of
 * its weeks only the last day, which is what the window holds.
 *
 * Such a series waits for its lesson (analyzer/detector/history-lesson.ts), then it is judged from the window on, as
 * ever. One at a time, and at most half of the thread, as with all that is learned.
 */
import { setImmediate as nextTurn, setTimeout as rest } from "node:timers/promises";
import type { StreamJudge } from "../analyzer/index.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { SeriesStore, SeriesWindow } from "../model/index.ts";
import type { StreamSweep } from "./stream-sweep.ts";

/** Four weeks teach each hour of the week four times. */
const lessonMs = 28 * 86_400_000;
const restMaxMs = 50;

export interface HistoryLessonsParts {
  readonly store: Pick<SeriesStore, "read">;
  readonly window: SeriesWindow;
  readonly stream: StreamJudge;
  readonly sweep: Pick<StreamSweep, "withhold" | "allow">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Once, when what was learned before is back and before anything is judged. @returns how many series learned */
export async function giveHistoryLessons(
  parts: HistoryLessonsParts,
  options: { readonly fullDurationMs: number; readonly isStopped: () => boolean },
): Promise<number> {
  const { store, window, stream, sweep, clock, logger } = parts;
  const ids = unlearnedIds(window, stream);
  for (const id of ids) sweep.withhold(id);
  const untilMs = clock.nowMs() - options.fullDurationMs;
  let taughtCount = 0;
  for (const id of ids) {
    if (options.isStopped()) break;
    const startedMs = clock.elapsedMs();
    let isTaught = false;
    try {
      const range = { fromMs: untilMs - lessonMs, untilMs };
      const name = window.isLive(id) ? window.name(id) : undefined;
      const kept = name === undefined ? undefined : await store.read(name, range);
      // The id may be another's by now.
      const isSame = window.isLive(id) && window.name(id) === name;
      if (kept !== undefined && isSame) {
        stream.state(id, window.stated(id));
        isTaught = stream.learnHistory(id, kept);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn("the history of a series cannot be read; it learns from the window", { reason });
    }
    sweep.allow(id);
    if (isTaught) {
      taughtCount += 1;
      await rest(Math.min(restMaxMs, Math.ceil(clock.elapsedMs() - startedMs)));
    } else await nextTurn();
  }
  for (const id of ids) sweep.allow(id);
  if (taughtCount > 0) logger.info("series learned from what is kept of them", { taughtCount });
  return taughtCount;
}

function unlearnedIds(window: SeriesWindow, stream: StreamJudge): number[] {
  const ids: number[] = [];
  for (let id = 0; id < window.idCount; id++) {
    if (window.isLive(id) && stream.judgedMs(id) === -Infinity) ids.push(id);
  }
  return ids;
}
