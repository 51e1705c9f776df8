/** A value that changes and tells who listens; the only kind of state that outlives a component. */
import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The store's value, or what `select` takes of it; the component renders anew when that changes. */
export function useStore<T>(store: Store<T>): T;
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S;
export function useStore<T, S>(store: Store<T>, select?: (value: T) => S): T | S {
  const read = (): T | S => (select === undefined ? store.value : select(store.value));
  const [, setSeen] = useState({});
  const current = read();
  useEffect(() => {
    let seen = current;
    const check = (): void => {
      const next = read();
      if (Object.is(next, seen)) return;
      seen = next;
      setSeen({});
    };
    check(); // It may have changed between rendering and this effect.
    return store.subscribe(check);
  });
  return current;
}
