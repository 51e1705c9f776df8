/** Collections between the words of the program and the JSON of contract.ts. */
import type { Collection, CollectionItem, CollectionSummary } from "../model/index.ts";
import type {
  CollectionItemJson,
  CollectionJson,
  CollectionsFileJson,
  CollectionSummaryJson,
} from "./contract.ts";

export function collectionJson(collection: Collection): CollectionJson {
  return { id: collection.id, ...fileEntry(collection) };
}

export function summaryJson(summary: CollectionSummary): CollectionSummaryJson {
  return {
    id: summary.id,
    name: summary.name,
    note: summary.note,
    created: summary.createdMs / 1000,
    changed: summary.changedMs / 1000,
    metrics: [...summary.metrics],
  };
}

/** As it stands in a file: without its id, which is this journal's own. */
export function fileEntry(collection: Collection): CollectionsFileJson["collections"][number] {
  return {
    name: collection.name,
    note: collection.note,
    created: collection.createdMs / 1000,
    changed: collection.changedMs / 1000,
    items: collection.items.map(itemJson),
  };
}

function itemJson(item: CollectionItem): CollectionItemJson {
  return {
    name: item.name,
    from: item.range.fromMs / 1000,
    until: item.range.untilMs / 1000,
    points: item.timesMs.map((timeMs, i) => [timeMs / 1000, item.values[i] as number]),
  };
}
