/**
 * `kale similar --library FILE --queries FILE`: the search without a server, on values from files.
 *
 * Every series is z-normalised at its own length. A series of the library that has another length
 * than the query is stretched to the query's by straight lines first. Gaps are filled as in a
 * window of the server (`Grid`), one cell per value. Double precision throughout, so that results
 * can be compared with published ones.
 */
import {
  Grid,
  planSearch,
  resample,
  rowCountMax,
  ShapeSearch,
  ShapeTable,
  zNormalise,
  type SearchOptions,
  type ShapeFault,
} from "../oculus/index.ts";
import { UsageError, type CommandIo } from "./command.ts";
import { ProgressBar } from "./progress.ts";
import { readSeriesLines, type SeriesLine, type SeriesLineFault } from "./similar-lines.ts";

export interface OfflineOptions {
  readonly libraryPath: string;
  readonly queriesPath: string;
  readonly search: SearchOptions;
  /** Whether a series of the library with the query's name is left out. */
  readonly skipsSameName: boolean;
}

type QueryFault = SeriesLineFault | ShapeFault | "too-short";

const faultWords: Readonly<Record<QueryFault, string>> = {
  "not-json": "the line is no JSON",
  "no-name": '"name" is missing or no text',
  "no-values": '"values" is missing or no list',
  "bad-value": "a value is neither a number nor null",
  "too-short": "a shape needs two values",
  empty: "it has no values but gaps",
  "starts-late": "it begins with too many gaps",
  "ends-early": "it ends with too many gaps",
  "too-sparse": "too much of it is gaps",
  flat: "it does not move",
};

/** Tables of so many lengths are kept; queries usually have one. */
const tableCountMax = 4;

/** @returns the exit status: 0 when every line of both files could be read, 1 when one could not */
export async function searchFiles(options: OfflineOptions, io: CommandIo): Promise<number> {
  const { library, unreadCount } = await readLibrary(options.libraryPath, io);
  const queries: { readonly lineNumber: number; readonly line: SeriesLine }[] = [];
  for await (const query of readSeriesLines(options.queriesPath)) queries.push(query);
  const bar = new ProgressBar(io, "searching");
  let isFine = unreadCount === 0;
  for (const [doneCount, { lineNumber, line }] of queries.entries()) {
    bar.update(doneCount / queries.length);
    const answer = line.ok ? searchOne(library, line.name, line.values, options) : line.fault;
    if (typeof answer === "string") {
      bar.end();
      const query = line.name === null ? "query" : `query ${JSON.stringify(line.name)}`;
      note(io, `${options.queriesPath}:${lineNumber}: ${query}: ${wordsOf(answer)}`);
      await writeLine(io, { query: line.name, matches: [], fault: answer });
    } else await writeLine(io, answer);
    isFine &&= line.ok;
  }
  bar.end();
  return isFine ? 0 : 1;
}

/** The library in file order, and its tables by length. */
class Library {
  readonly names: string[] = [];
  readonly #values: (Float64Array | undefined)[] = [];
  readonly #tables = new Map<number, ShapeTable>();

  add(name: string, values: Float64Array): QueryFault | undefined {
    const filled = fillGaps(values);
    const isUsable = typeof filled !== "string";
    this.names.push(name);
    this.#values.push(isUsable ? filled : undefined);
    return isUsable ? undefined : filled;
  }

  table(pointCount: number): ShapeTable {
    const known = this.#tables.get(pointCount);
    if (known !== undefined) return known;
    const [oldest] = this.#tables.keys();
    if (this.#tables.size >= tableCountMax && oldest !== undefined) this.#tables.delete(oldest);
    const table = new ShapeTable({
      pointCount,
      rowCount: this.names.length,
      precision: "double",
    });
    for (const [id, values] of this.#values.entries()) {
      if (values === undefined) continue;
      const shape = values.length === pointCount ? values.slice() : resample(values, pointCount);
      if (zNormalise(shape)) table.put(id, shape);
      else table.refuse(id, "flat");
    }
    this.#tables.set(pointCount, table);
    return table;
  }
}

async function readLibrary(
  path: string,
  io: CommandIo,
): Promise<{ readonly library: Library; readonly unreadCount: number }> {
  const library = new Library();
  let unreadCount = 0;
  for await (const { lineNumber, line } of readSeriesLines(path)) {
    const fault = line.ok ? library.add(line.name, line.values) : line.fault;
    if (!line.ok) unreadCount += 1;
    if (fault !== undefined) note(io, `${path}:${lineNumber}: left out, ${wordsOf(fault)}`);
    if (library.names.length > rowCountMax) {
      throw new UsageError(`${path}: more than ${rowCountMax} series in one library`);
    }
  }
  return { library, unreadCount };
}

function searchOne(
  library: Library,
  name: string,
  values: Float64Array,
  options: OfflineOptions,
): object | QueryFault {
  const shape = fillGaps(values);
  if (typeof shape === "string") return shape;
  if (!zNormalise(shape)) return "flat";
  const accepts = (id: number): boolean => library.names[id] !== name;
  const planned = planSearch(
    { ...options.search, accepts: options.skipsSameName ? accepts : undefined },
    shape.length,
  );
  if (!planned.ok)
    throw new UsageError(`${planned.message} (query ${name}, ${shape.length} points)`);
  const search = new ShapeSearch(library.table(shape.length), shape, planned.plan);
  while (!search.step(rowCountMax));
  const { offset, limit } = planned.plan;
  const matches = search.answer().matches.slice(offset, offset + limit);
  return {
    query: name,
    matches: matches.map(({ id, distance, likeness, lag, sign }) => ({
      name: library.names[id],
      distance,
      likeness: Math.round(likeness * 1e4) / 1e4,
      lag,
      sign,
    })),
  };
}

/** A copy of the values with gaps drawn straight, or why there are too many of them. */
function fillGaps(values: Float64Array): Float64Array<ArrayBuffer> | QueryFault {
  const count = values.length;
  if (count < 2) return "too-short";
  const filled = new Float64Array(count);
  const cells = Float64Array.from(values, (value, at) => at);
  return (
    new Grid({ fromMs: 0, untilMs: count }, count).fill(cells, values, count, filled) ?? filled
  );
}

function wordsOf(fault: QueryFault): string {
  return `${fault}: ${faultWords[fault]}`;
}

function note(io: CommandIo, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** Waits for a slow reader, so that a pipe does not fill memory. */
async function writeLine(io: CommandIo, line: object): Promise<void> {
  if (io.stdout.write(`${JSON.stringify(line)}\n`)) return;
  await new Promise<void>((resolve) => io.stdout.once("drain", resolve));
}
