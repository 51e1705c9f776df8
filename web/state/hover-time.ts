/** The time under the pointer, shared by graphs that show the same window. */
import { Store } from "./store.ts";

/** Unix seconds; null while no graph is pointed at. */
export const hoverTimeStore = new Store<number | null>(null);
