/**
 * What senders said of their metrics: type, help, unit; the last word counts.
 *
 * It is held in memory only, since scrapes and remote write say it again within minutes. Metrics
 * beyond the limit are passed over, and counted: they are judged as all others.
 */
import {
  type MetadataQuery,
  type MetricMetadata,
  type MetricType,
  metricTypes,
} from "../model/index.ts";

const metricCountMax = 50_000;
const textCharsMax = 500;

type MetadataField = "type" | "help" | "unit";

export class MetricCatalog {
  readonly #metrics = new Map<string, MetricMetadata>();
  #refusedCount = 0;

  /** Metrics that there was no room for, each time they were told. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  note(metric: string, field: MetadataField, said: string): void {
    const known = this.#metrics.get(metric);
    const text = field === "type" ? typeOf(said) : said.slice(0, textCharsMax);
    if (known?.[field] === text) return;
    if (known === undefined && this.#metrics.size >= metricCountMax) {
      this.#refusedCount += 1;
      return;
    }
    const before = known ?? { metric, type: "unknown", help: "", unit: "" };
    this.#metrics.set(metric, { ...before, [field]: text });
  }

  find({ metric, limit }: MetadataQuery): MetricMetadata[] {
    if (metric !== undefined) {
      const known = this.#metrics.get(metric);
      return known === undefined ? [] : [known];
    }
    return [...this.#metrics.values()]
      .sort((a, b) => (a.metric < b.metric ? -1 : 1))
      .slice(0, limit);
  }
}

/** "untyped" is how the older text format says that it does not know. */
function typeOf(said: string): MetricType {
  return metricTypes.find((type) => type === said.toLowerCase()) ?? "unknown";
}
