/** Another thread may hang; whoever asked it over HTTP still gets an answer in time. */
import { type ManyReader, readMany } from "../model/index.ts";

export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * @param what  who should have answered, e.g. "the shards"
 * @returns as `work`, or rejects with a DeadlineError after `waitMs`; a later answer is dropped
 */
export function withDeadline<Value>(
  work: Promise<Value>,
  what: string,
  waitMs: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DeadlineError(`${what} gave no answer within ${waitMs / 1000} s`));
    }, waitMs);
    const stopTimer = (): void => {
      clearTimeout(timer);
    };
    work.then(stopTimer, stopTimer);
    work.then(resolve, reject);
  });
}

/** As `reader`, each answer of which comes in time. */
export function readerInTime(reader: ManyReader, what: string, waitMs: number): ManyReader {
  return {
    read: (name, range) => withDeadline(reader.read(name, range), what, waitMs),
    readMany: (names, range) => piecesInTime(readMany(reader, names, range), what, waitMs),
  };
}

async function* piecesInTime<Piece>(
  pieces: AsyncIterable<Piece>,
  what: string,
  waitMs: number,
): AsyncGenerator<Piece> {
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await withDeadline(iterator.next(), what, waitMs);
    if (next.done === true) return;
    yield next.value;
  }
}
