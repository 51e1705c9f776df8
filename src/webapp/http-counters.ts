/** How many requests each route answered, how, and in what time. Bounded: routes are ours. */

export interface RouteCount {
  readonly route: string;
  readonly status: number;
  readonly count: number;
  readonly elapsedMs: number;
}

export class HttpCounters {
  readonly #counts = new Map<
    string,
    { route: string; status: number; count: number; elapsedMs: number }
  >();

  /** @param route  as written in the program, e.g. "/kale/anomalies/:id"; never a path from outside */
  add(route: string, status: number, elapsedMs: number): void {
    const key = `${status} ${route}`;
    const found = this.#counts.get(key);
    if (found === undefined) {
      this.#counts.set(key, { route, status, count: 1, elapsedMs });
      return;
    }
    found.count += 1;
    found.elapsedMs += elapsedMs;
  }

  list(): readonly RouteCount[] {
    return [...this.#counts.values()];
  }
}
