/**
 * Whose turn it is to search: of all searches and fillings of a shard one slice in each turn of its event
 * loop, so that judging, batches and questions wait for one slice however many searches are under way.
 *
 * `setImmediate` alone would not do: all that wait for it are called in the same turn.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

export class SearchTurns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves in a turn of its own, behind those who asked before. */
  async next(): Promise<void> {
    const turn = this.#last.then(() => nextTurn());
    this.#last = turn;
    await turn;
  }
}
