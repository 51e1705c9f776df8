/** Runs what it is given, at most so many at once; the rest waits its turn, first come first served. */

export function limitedTo(countMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= countMax) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve); // Woken with the place of the one that ended.
      });
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
