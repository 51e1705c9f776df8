/**
 * Dark or light: the system's choice until the reader makes one, which is remembered. Canvases
 * cannot follow a style sheet by themselves, so a change is also told through `themeStore`.
 */
import { Store } from "./store.ts";

export type Theme = "system" | "light" | "dark";

export interface ThemeState {
  readonly chosen: Theme;
  readonly isDark: boolean;
}

const key = "kale-theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

export const themeStore = new Store<ThemeState>(stateOf(remembered()));

export function startTheme(): void {
  apply(themeStore.value.chosen);
  systemDark.addEventListener("change", () => themeStore.set(stateOf(themeStore.value.chosen)));
}

export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is closed.
  }
  apply(theme);
  themeStore.set(stateOf(theme));
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

function remembered(): Theme {
  try {
    const theme = localStorage.getItem(key);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

function stateOf(chosen: Theme): ThemeState {
  return { chosen, isDark: chosen === "system" ? systemDark.matches : chosen === "dark" };
}
