/**
 * Prometheus' text format, version 0.0.4: numbers in, text out.
 *
 *     # HELP name what it is
 *     # TYPE name counter
 *     name{label="value"} 12
 *
 * In help texts "\" and line ends are escaped, in label values the quote as well. All samples of one
 * name stand together, as the format asks, in whatever order they were added.
 *
 * Source: Prometheus documentation, "Exposition formats", "Text-based format".
 */
import { assert } from "../base/assert.ts";

export const prometheusTextType = "text/plain; version=0.0.4; charset=utf-8";

export type PrometheusKind = "counter" | "gauge";
export type PrometheusLabels = Readonly<Record<string, string | number>>;

interface Family {
  readonly kind: PrometheusKind;
  readonly help: string;
  readonly lines: string[];
}

export class PrometheusText {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string, value: number, labels: PrometheusLabels = {}): void {
    assert(name.endsWith("_total"), "a counter's name ends in _total");
    this.#add("counter", name, help, value, labels);
  }

  /** A value of null or undefined is not known now, and gets no line. */
  gauge(
    name: string,
    help: string,
    value: number | boolean | null | undefined,
    labels: PrometheusLabels = {},
  ): void {
    if (value !== null && value !== undefined)
      this.#add("gauge", name, help, Number(value), labels);
  }

  toString(): string {
    let text = "";
    for (const [name, { kind, help, lines }] of this.#families) {
      text += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
    }
    return text;
  }

  #add(
    kind: PrometheusKind,
    name: string,
    help: string,
    value: number,
    labels: PrometheusLabels,
  ): void {
    assert(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name), "a metric's name is one the format allows");
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { kind, help, lines: [] };
      this.#families.set(name, family);
    }
    assert(family.kind === kind, "one name is of one kind");
    family.lines.push(`${name}${labelText(labels)} ${valueText(value)}\n`);
  }
}

function labelText(labels: PrometheusLabels): string {
  const pairs = Object.entries(labels).map(
    ([key, value]) => `${key}="${escapeLabel(String(value))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
