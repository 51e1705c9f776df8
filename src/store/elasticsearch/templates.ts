/**
 * How the three indexes are laid out. The version of a template grows with each change here; a start of
 * Kale replaces older ones, which then hold for the next index that is made, and leaves newer ones.
 *
 * The points stand in the document's own text, `_source`, alone: it is compressed in blocks, which takes
 * base64 back out again, and of the ways tried it is the smallest (docs/benchmarks.md). Sorted by name,
 * the hours of a series lie beside each other, and reading it opens few blocks.
 */
import type { IndexTemplate } from "../../engine/index.ts";
import type { ElasticsearchSeriesOptions, IndexNames } from "./options.ts";

const templateVersion = 1;
/** Before indexes of other programs that match by a shorter pattern. */
const priority = 300;
const refreshIntervalMsUsual = 2000;
/** A node that is started again soon gets its copies back without all of them being made anew. */
const nodeLeftDelay = "10s";

const keyword = { type: "keyword" } as const;
/** A number that is read and added up, not searched. */
const figure = { type: "double", index: false } as const;

const pointProperties = {
  // Start of the hour.
  "@timestamp": { type: "date", format: "epoch_millis" },
  name: keyword,
  metric: keyword,
  // "key=value", each.
  tags: keyword,
  partition: { type: "short" },
  writer: keyword,
  writtenMs: { type: "long" },
  count: { type: "integer", index: false },
  sum: figure,
  min: figure,
  max: figure,
  first: figure,
  last: figure,
  points: { type: "binary" },
};

const nameProperties = {
  name: keyword,
  // For searches without regard to case; the engine's own know only ASCII.
  lower: keyword,
  metric: keyword,
  tags: keyword,
  tagKeys: keyword,
  partition: { type: "short" },
  // Day since 1970 on which it was last heard of.
  seenDay: { type: "integer" },
};

export function templatesOf(
  names: IndexNames,
  options: ElasticsearchSeriesOptions,
): readonly IndexTemplate[] {
  const { copyCount, shardCount = 1, refreshIntervalMs = refreshIntervalMsUsual } = options;
  const copies =
    copyCount === undefined
      ? { auto_expand_replicas: "0-1" }
      : { number_of_replicas: copyCount - 1 };
  const settings = {
    ...copies,
    number_of_shards: shardCount,
    refresh_interval: `${refreshIntervalMs}ms`,
    "unassigned.node_left.delayed_timeout": nodeLeftDelay,
  };
  const points = { dynamic: false, properties: pointProperties };
  return [
    {
      name: names.names,
      version: templateVersion,
      body: {
        index_patterns: [names.names],
        priority,
        template: { settings, mappings: { dynamic: false, properties: nameProperties } },
      },
    },
    {
      name: names.open,
      version: templateVersion,
      body: {
        index_patterns: [names.open],
        priority,
        template: { settings, mappings: points },
      },
    },
    {
      name: names.points,
      version: templateVersion,
      body: {
        index_patterns: [names.points],
        data_stream: {},
        priority,
        template: {
          settings: {
            ...settings,
            codec: "best_compression",
            "sort.field": ["name", "@timestamp"],
            "sort.order": ["asc", "asc"],
          },
          mappings: points,
        },
      },
    },
  ];
}
