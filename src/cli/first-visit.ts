/** When somebody first looks at a page: calls its listeners once. */
export class FirstVisit {
  readonly #listeners: (() => void)[] = [];
  #hasHappened = false;

  listen(listener: () => void): void {
    if (this.#hasHappened) listener();
    else this.#listeners.push(listener);
  }

  happened(): void {
    if (this.#hasHappened) return;
    this.#hasHappened = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
