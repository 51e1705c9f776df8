/** A query as it is understood, whether it came as JSON or in a URL. */
import type { Aggregator } from "./aggregators.ts";
import type { Downsample } from "./downsample.ts";
import type { TagFilter } from "./filters.ts";
import type { TimeZone } from "./local-time.ts";
import type { RateOptions } from "./rate.ts";

export interface SubQuery {
  /** Place in the request. */
  readonly index: number;
  readonly metric: string;
  readonly aggregator: Aggregator;
  readonly downsample: Downsample | undefined;
  readonly rate: RateOptions | undefined;
  readonly filters: readonly TagFilter[];
  /** Only series that have the tags of the filters and no other. */
  readonly hasExplicitTags: boolean;
}

export interface TsdbQuery {
  readonly startMs: number;
  /** Belongs to the range. */
  readonly endMs: number;
  readonly timeZone: TimeZone;
  readonly queries: readonly SubQuery[];
  readonly hasMsResolution: boolean;
  /** Points as pairs, not as a map. */
  readonly asArrays: boolean;
  readonly showsQuery: boolean;
  readonly showsTsuids: boolean;
  readonly hasAnnotations: boolean;
  readonly hasGlobalAnnotations: boolean;
}

export const subQueryCountMax = 64;

/** The query as `showQuery` gives it back: fields and forms are OpenTSDB's. */
export function queryJson(query: SubQuery): Record<string, unknown> {
  const { index, metric, aggregator, downsample, rate, filters, hasExplicitTags } = query;
  const tags = filters.map(({ tagKey, type, text }) => [tagKey, `${type}(${text})`] as const);
  return {
    aggregator: aggregator.name,
    metric,
    tsuids: null,
    downsample: downsample?.text ?? null,
    rate: rate !== undefined,
    filters: filters.map(({ tagKey, type, text, isGroupBy }) => {
      return { tagk: tagKey, filter: text, group_by: isGroupBy, type };
    }),
    index,
    rateOptions:
      rate === undefined
        ? null
        : {
            counter: rate.isCounter,
            counterMax: rate.counterMax,
            resetValue: rate.resetValue,
            dropResets: rate.dropsResets,
          },
    explicitTags: hasExplicitTags,
    tags: Object.fromEntries(tags),
  };
}
