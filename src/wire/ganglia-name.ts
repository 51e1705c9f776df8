/**
 * Names of Ganglia's series, as gmetad writes them to Graphite:
 *
 *     ganglia.[GRID.]*CLUSTER.HOST.METRIC
 *
 * Dots, slashes and blanks inside of grid, cluster and host become '_'; a metric keeps its dots. Over
 * XDR no grid and no cluster travels: there it is `ganglia.HOST.METRIC`.
 *
 * Source: ganglia-web wiki, "Integrating Graphite with Ganglia".
 */
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export class GangliaName {
  readonly #writer = new TaggedNameWriter();
  /** Length of the name at each level, outermost first. */
  readonly #lengths: number[] = [];

  constructor() {
    this.clear();
  }

  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  clear(): void {
    this.#writer.clear();
    this.#writer.headText("ganglia");
    this.#lengths.length = 0;
  }

  /** Goes a level deeper: into a grid, cluster or host. */
  enter(text: string): void {
    this.#lengths.push(this.#writer.headLength);
    this.#writer.headText(`.${text.trim().replaceAll(/[\s./]/g, "_") || "unnamed"}`);
  }

  leave(): void {
    this.#writer.cutHead(this.#lengths.pop() ?? 0);
  }

  /** @returns the length of the metric's name in `bytes`; 0 where it does not fit or has none */
  compose(metric: string): number {
    if (metric.trim() === "") return 0;
    const { headLength } = this.#writer;
    this.#writer.headText(`.${metric.trim().replaceAll(/[\s/]/g, "_")}`);
    const length = this.#writer.compose();
    this.#writer.cutHead(headLength);
    return length;
  }
}
