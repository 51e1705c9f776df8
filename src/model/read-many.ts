/** Samples of many series in the order of their names, from whoever reads series. */
import type { SeriesReader } from "./ports.ts";
import type { SampleColumns, TimeRange } from "./samples.ts";

export type ManyReader = Pick<SeriesReader, "read" | "readMany">;

/** Series asked for ahead of the one that is worked on, where each is a question of its own. */
const aheadCount = 32;

/** As `readMany` of a `SeriesReader`, by single reads where it has none. */
export function readMany(
  reader: ManyReader,
  names: readonly string[],
  range: TimeRange,
): AsyncIterable<readonly (SampleColumns | undefined)[]> {
  return reader.readMany?.(names, range) ?? readEach(reader, names, range);
}

async function* readEach(
  reader: ManyReader,
  names: readonly string[],
  range: TimeRange,
): AsyncGenerator<readonly (SampleColumns | undefined)[]> {
  const coming: Promise<SampleColumns | undefined>[] = [];
  let askedCount = 0;
  for (let takenCount = 0; takenCount < names.length; takenCount++) {
    for (const name of names.slice(askedCount, takenCount + aheadCount)) {
      const read = reader.read(name, range);
      // Whoever asks may stop before it comes, and hears of a failure only when its turn has come.
      read.catch(() => undefined);
      coming.push(read);
      askedCount += 1;
    }
    yield [await coming.shift()];
  }
}
