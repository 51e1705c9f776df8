/**
 * The labels of a series, sorted by name, each once, none empty: `__name__` is one of them.
 *
 * In Kale's names `path;tag=value` the path is `__name__` and each tag a label, so that what came by
 * remote write is found under the labels it came with, and what came by Carbon has a name only.
 */

export const metricNameLabel = "__name__";

type LabelPair = readonly [name: string, value: string];

export class LabelSet {
  static readonly empty = new LabelSet([]);

  /** Sorted by name; no value is "". */
  readonly pairs: readonly LabelPair[];
  #key: string | undefined;

  private constructor(pairs: readonly LabelPair[]) {
    this.pairs = pairs;
  }

  /** Of equal names the last; empty values say that there is no such label. */
  static of(labels: Iterable<LabelPair>): LabelSet {
    const byName = new Map<string, string>();
    for (const [name, value] of labels) {
      if (value === "") byName.delete(name);
      else byName.set(name, value);
    }
    return new LabelSet([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  static ofSeriesName(name: string): LabelSet {
    const [path = "", ...tags] = name.split(";");
    const labels = tags.map((tag): LabelPair => {
      const equals = tag.indexOf("=");
      return equals < 0 ? [tag, ""] : [tag.slice(0, equals), tag.slice(equals + 1)];
    });
    return LabelSet.of([[metricNameLabel, path], ...labels]);
  }

  /** Equal for equal labels only; no label can hold the separators in a name. */
  get key(): string {
    this.#key ??= this.pairs.map(([name, value]) => `${name}\u0001${value}`).join("\u0000");
    return this.#key;
  }

  /** @returns "" where there is none */
  get(wanted: string): string {
    for (const [name, value] of this.pairs) if (name === wanted) return value;
    return "";
  }

  /** An empty value takes the label away. */
  with(name: string, value: string): LabelSet {
    return LabelSet.of([...this.pairs, [name, value]]);
  }

  without(names: readonly string[]): LabelSet {
    const kept = this.pairs.filter(([name]) => !names.includes(name));
    return kept.length === this.pairs.length ? this : new LabelSet(kept);
  }

  only(names: readonly string[]): LabelSet {
    return new LabelSet(this.pairs.filter(([name]) => names.includes(name)));
  }

  withoutMetricName(): LabelSet {
    return this.without([metricNameLabel]);
  }

  toJson(): Record<string, string> {
    return Object.fromEntries(this.pairs);
  }

  /** As Prometheus writes labels in its messages: `{a="b", c="d"}`. */
  toString(): string {
    return `{${this.pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
  }
}

/** By name and value, pair by pair; then the shorter first. */
export function compareLabels(a: LabelSet, b: LabelSet): number {
  const length = Math.min(a.pairs.length, b.pairs.length);
  for (let i = 0; i < length; i++) {
    const [nameA, valueA] = a.pairs[i]!;
    const [nameB, valueB] = b.pairs[i]!;
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  }
  return a.pairs.length - b.pairs.length;
}
