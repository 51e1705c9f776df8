/** What the page shows, once it is known: the name of a saved view or collection, for the browser's tab. */
import { useEffect } from "preact/hooks";
import { Store } from "./store.ts";

export const shownNameStore = new Store<string | undefined>(undefined);

/** @param name  undefined while it is not known */
export function useShownName(name: string | undefined): void {
  useEffect(() => {
    shownNameStore.set(name);
    return () => shownNameStore.set(undefined);
  }, [name]);
}
