/** Asks whether a window looks like one that somebody saved. */
import type {
  CollectionJournal,
  SeenBefore,
  SeenBeforeReader,
  SeriesReader,
  TimeRange,
} from "../model/index.ts";
import { SavedShapes } from "../oculus/index.ts";

const matchCountMax = 3;

/** Answers with the saved shapes as they are; builds them anew when a collection has changed. */
export class CollectionMatcher implements SeenBeforeReader {
  readonly #series: Pick<SeriesReader, "read">;
  readonly #collections: CollectionJournal;
  #shapes: SavedShapes | undefined;
  #revision: number | undefined;

  constructor(series: Pick<SeriesReader, "read">, collections: CollectionJournal) {
    this.#series = series;
    this.#collections = collections;
  }

  async seenBefore(name: string, range: TimeRange): Promise<readonly SeenBefore[]> {
    const shapes = this.#current();
    if (shapes.count === 0) return [];
    const samples = await this.#series.read(name, range);
    if (samples === undefined) return [];
    return shapes.match(range, samples.timesMs, samples.values, matchCountMax);
  }

  shapeSeenBefore(values: Float64Array): Promise<readonly SeenBefore[]> {
    return Promise.resolve(this.#current().matchValues(values, matchCountMax));
  }

  #current(): SavedShapes {
    const { revision } = this.#collections;
    if (this.#shapes === undefined || this.#revision !== revision) {
      this.#shapes = new SavedShapes(this.#collections.items());
      this.#revision = revision;
    }
    return this.#shapes;
  }
}
