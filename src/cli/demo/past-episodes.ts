/**
 * The anomalies that the nine checks would have found yesterday at the simulated site (the streaming
 * detector judges history by itself): the judge
 * and the episodes as they are, run over the hours of the incidents that have ended.
 *
 * Only the series that an incident touches are judged, once a minute as in real life, so that a day
 * takes a few seconds.
 */
import { EpisodeTracker, Judge } from "../../analyzer/index.ts";
import type { EpisodeEvent } from "../../model/index.ts";
import type { Incident } from "./incidents.ts";
import type { Site } from "./site.ts";
import { stepMs } from "./site-values.ts";

const roundMs = 60_000;
const windowMs = 86_400_000;
/** Episodes need some calm rounds to end; one that takes longer than this is left out. */
const calmMs = 25 * 60_000;

/**
 * @param mayGoOn  awaited between judgements, so that the thread can do other work; false ends it
 * @returns the events of episodes that began and ended before `nowMs`, in the order of each series;
 *   none where it was ended
 */
export async function pastEpisodes(
  site: Site,
  incidents: readonly Incident[],
  nowMs: number,
  mayGoOn: () => Promise<boolean>,
): Promise<EpisodeEvent[]> {
  const replay = new Replay(site);
  const events: EpisodeEvent[] = [];
  for (const incident of incidents) {
    if (incident.endMs + calmMs > nowMs) continue;
    for (const { name } of incident.effects) {
      const series = site.names.indexOf(name);
      if (series < 0) continue;
      const found = await replay.run(series, incident, mayGoOn);
      if (found === undefined) return [];
      events.push(...found);
    }
  }
  return events;
}

class Replay {
  readonly #site: Site;
  readonly #judge = new Judge();
  readonly #timesMs = new Float64Array(windowMs / stepMs + 1);
  readonly #values = new Float64Array(this.#timesMs.length);

  constructor(site: Site) {
    this.#site = site;
  }

  async run(
    series: number,
    incident: Incident,
    mayGoOn: () => Promise<boolean>,
  ): Promise<EpisodeEvent[] | undefined> {
    const name = this.#site.names[series] ?? "";
    const tracker = new EpisodeTracker();
    const events: EpisodeEvent[] = [];
    for (let atMs = incident.startMs; atMs <= incident.endMs + calmMs; atMs += roundMs) {
      if (!(await mayGoOn())) return undefined;
      const count = this.#fill(series, atMs);
      const verdict = this.#judge.judge(this.#timesMs, this.#values, count, atMs);
      const newestMs = count === 0 ? -Infinity : (this.#timesMs[count - 1] ?? -Infinity);
      const event = verdict.isAnomalous
        ? tracker.onAnomalous(name, verdict, this.#timesMs, this.#values, count, atMs)
        : tracker.isActive(name)
          ? tracker.onCalm(name, verdict.status, atMs, newestMs)
          : undefined;
      if (event !== undefined) events.push(event);
    }
    return tracker.activeCount === 0 ? events : [];
  }

  /** The day up to a moment, as the store would give it. */
  #fill(series: number, atMs: number): number {
    let count = 0;
    const fromMs = Math.ceil((atMs - windowMs) / stepMs) * stepMs;
    for (let timeMs = fromMs; timeMs <= atMs; timeMs += stepMs) {
      const value = this.#site.valueAt(series, timeMs);
      if (Number.isNaN(value)) continue;
      this.#timesMs[count] = timeMs;
      this.#values[count++] = value;
    }
    return count;
  }
}
