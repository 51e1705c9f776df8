/**
 * The metrics picked for a collection, each with its window. They outlive the page and its searches,
 * and a reload of the tab.
 */
import { Store } from "./store.ts";

export interface SelectedItem {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

const key = "kale-selection";
/** As many as a collection takes. */
export const selectedCountMax = 200;

export const selectionStore = new Store<readonly SelectedItem[]>(remembered());

export function toggleSelected(item: SelectedItem): void {
  const rest = selectionStore.value.filter((other) => !isSame(other, item));
  const isNew = rest.length === selectionStore.value.length;
  if (isNew && rest.length >= selectedCountMax) return;
  setSelection(isNew ? [...rest, item] : rest);
}

export function setSelection(items: readonly SelectedItem[]): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(items));
  } catch {
    // Storage may be forbidden; the selection then lasts until the page is closed.
  }
  selectionStore.set(items);
}

export function isSame(a: SelectedItem, b: SelectedItem): boolean {
  return a.name === b.name && a.from === b.from && a.until === b.until;
}

function remembered(): readonly SelectedItem[] {
  try {
    const items: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(items) ? items.filter(isItem).slice(0, selectedCountMax) : [];
  } catch {
    return [];
  }
}

function isItem(item: unknown): item is SelectedItem {
  if (typeof item !== "object" || item === null) return false;
  const { name, from, until } = item as Partial<Record<string, unknown>>;
  return typeof name === "string" && typeof from === "number" && typeof until === "number";
}
