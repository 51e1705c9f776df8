/**
 * Which node of a cluster is asked next.
 *
 * Nodes take turns. One that failed rests for a second, twice as long with each failure after that, up
 * to a minute, and is then given one request to prove itself. While all rest, the one that has
 * rested longest of its time is asked all the same: an answer late is better than none.
 */
import { assert } from "../base/assert.ts";

const restMsMin = 1000;
const restMsMax = 60_000;

interface Standing {
  failureCount: number;
  restsUntilMs: number;
}

export class NodeRing {
  readonly #nodes: readonly Standing[];
  #turn = 0;

  constructor(nodeCount: number) {
    assert(nodeCount >= 1, "a cluster has at least one node");
    this.#nodes = Array.from({ length: nodeCount }, () => ({ failureCount: 0, restsUntilMs: 0 }));
  }

  /** The nodes to try for one request, in this order; each at most once, at least one. */
  order(elapsedMs: number): number[] {
    const { length } = this.#nodes;
    const first = this.#turn;
    this.#turn = (this.#turn + 1) % length;
    const rotated = Array.from({ length }, (_, i) => (first + i) % length);
    const ready = rotated.filter((node) => this.#standing(node).restsUntilMs <= elapsedMs);
    if (ready.length > 0) return ready;
    return rotated
      .sort((a, b) => this.#standing(a).restsUntilMs - this.#standing(b).restsUntilMs)
      .slice(0, 1);
  }

  succeeded(node: number): void {
    const standing = this.#standing(node);
    standing.failureCount = 0;
    standing.restsUntilMs = 0;
  }

  failed(node: number, elapsedMs: number): void {
    const standing = this.#standing(node);
    const restMs = Math.min(restMsMax, restMsMin * 2 ** standing.failureCount);
    standing.failureCount += 1;
    standing.restsUntilMs = elapsedMs + restMs;
  }

  /** Nodes whose last request failed. */
  failedNodes(): number[] {
    return [...this.#nodes.keys()].filter((node) => this.#standing(node).failureCount > 0);
  }

  #standing(node: number): Standing {
    const standing = this.#nodes[node];
    assert(standing !== undefined, "the node is one of the ring");
    return standing;
  }
}
