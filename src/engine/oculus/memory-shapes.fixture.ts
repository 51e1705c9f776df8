/** Shards in memory, for tests: hands out shapes, and searches them as real shards do. */
import { assert } from "../../base/assert.ts";
import type {
  ShapePage,
  ShapeReader,
  ShapeWindow,
  SimilarityAnswer,
  SimilarityQuery,
  SimilarityReader,
  SimilarityTarget,
  TimeRange,
} from "../../model/index.ts";
import { nameMatcher, SimilarityRefusal } from "../../model/index.ts";
import {
  mergeAnswers,
  planSearch,
  resample,
  ShapeSearch,
  ShapeTable,
  zNormalise,
} from "../../oculus/index.ts";

export interface MemorySeries {
  readonly name: string;
  /** As many as a shape has points; level is a fault. */
  readonly values: Float64Array<ArrayBuffer>;
}

export class MemoryShapes implements ShapeReader, SimilarityReader {
  readonly #window: ShapeWindow;
  readonly #shards: { readonly names: string[]; readonly table: ShapeTable }[];
  readonly #valuesOf = new Map<string, Float64Array<ArrayBuffer>>();
  /** Called before each page: a test makes the world fail in the middle. */
  beforePage: (pageCount: number) => void = () => undefined;

  constructor(series: readonly MemorySeries[], window: ShapeWindow, shardCount: number) {
    this.#window = window;
    this.#shards = Array.from({ length: shardCount }, () => ({
      names: [],
      table: new ShapeTable({ pointCount: window.pointCount }),
    }));
    for (const [i, { name, values }] of series.entries()) {
      const shard = this.#shards[i % shardCount];
      assert(shard !== undefined, "a remainder is the number of a shard");
      const { names, table } = shard;
      this.#valuesOf.set(name, values);
      const row = Float64Array.from(values);
      if (zNormalise(row)) table.put(names.length, row);
      else table.refuse(names.length, "flat");
      names.push(name);
    }
  }

  newestWindow(): ShapeWindow {
    return this.#window;
  }

  isNewest({ fromMs, untilMs }: TimeRange): boolean {
    return fromMs === this.#window.range.fromMs && untilMs === this.#window.range.untilMs;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as the shards give them
  async *shapePages({ pointCount }: ShapeWindow): AsyncGenerator<ShapePage> {
    const pageSize = 400;
    let pageCount = 0;
    for (const [shard, { names, table }] of this.#shards.entries()) {
      for (let from = 0; from < names.length; from += pageSize) {
        this.beforePage(pageCount++);
        const ids = Int32Array.from(names.slice(from, from + pageSize), (_, i) => from + i);
        const rows = new Float32Array(ids.length * pointCount);
        for (const [at, id] of ids.entries()) rows.set(table.shape(id) ?? [], at * pointCount);
        yield {
          shard,
          ids,
          names: names.slice(from, from + pageSize),
          faults: Array.from(ids, (id) => table.faultOf(id) ?? ""),
          rows,
        };
      }
    }
  }

  queryValues(
    target: SimilarityTarget,
    { pointCount }: ShapeWindow,
  ): Promise<Float64Array<ArrayBuffer>> {
    if (target.kind === "shape") return Promise.resolve(resample(target.values, pointCount));
    const values = this.#valuesOf.get(target.name);
    if (values === undefined) throw new SimilarityRefusal("unknown-series", target.name);
    return Promise.resolve(values);
  }

  async search(query: SimilarityQuery): Promise<SimilarityAnswer> {
    const { target, method, limit, offset, filter, exclude } = query;
    const queryValues = await this.queryValues(target, this.#window);
    const shape = Float64Array.from(queryValues);
    zNormalise(shape);
    if (method === "change" || method === "classic") throw new SimilarityRefusal("bad-method", "");
    const answers = this.#shards.map(({ names, table }) => {
      const excludeId = target.kind === "series" ? names.indexOf(target.name) : -1;
      const accepts = (id: number): boolean => accepted(names[id] ?? "", filter, exclude);
      const options = { ...query, method, accepts };
      const planned = planSearch(
        excludeId < 0 ? options : { ...options, excludeId },
        table.pointCount,
      );
      if (!planned.ok) throw new SimilarityRefusal(planned.fault, planned.message);
      const search = new ShapeSearch(table, shape, planned.plan);
      while (!search.step(1000));
      const answer = search.answer();
      const matches = answer.matches.map(({ id, lag, ...match }) => ({
        name: names[id] ?? "",
        ...match,
        lagMs: lag * 60_000,
      }));
      return { ...answer, matches };
    });
    const merged = mergeAnswers(answers, { limit, offset });
    return {
      ...merged,
      range: this.#window.range,
      queryValues,
      isFinal: true,
      unmatchedCounts: {},
      tookMs: 0,
    };
  }
}

/** The definition in docs/http-api.md, once more. */
function accepted(name: string, filter: string, exclude: readonly string[]): boolean {
  const isExcluded = exclude.some((text) =>
    /[*?[{]/.test(text)
      ? nameMatcher(text)(name)
      : text === name || name.split(/[.;]/).includes(text),
  );
  return nameMatcher(filter)(name) && !isExcluded;
}
