/** Another thread may hang; whoever asked it over HTTP still gets an answer in time. */

export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * @param what  who should have answered, e.g. "the shards"
 * @returns as `work`, or rejects with a DeadlineError after `waitMs`; a later answer is dropped
 */
export async function withDeadline<Value>(
  work: Promise<Value>,
  what: string,
  waitMs: number,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError(`${what} gave no answer within ${waitMs / 1000} s`));
    }, waitMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
