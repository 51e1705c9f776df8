/** Where the pages begin: the things that outlive every page, and the first rendering; see first.ts. */
import { render } from "preact";
import { App } from "./app.tsx";
import { loadOtherPage } from "./load-other-pages.ts";
import { listenToKeys } from "./state/keys.ts";
import { startLive } from "./state/live.ts";
import { listenToHistory } from "./state/location.ts";
import { startTicking } from "./state/now.ts";
import { readSession } from "./state/session.ts";
import { startTheme } from "./state/theme.ts";

/** When the first search has long been answered, mostly. */
const otherPagesAfterMs = 1500;

export function showPages(): void {
  startTheme();
  startTicking();
  listenToHistory();
  listenToKeys();
  startLive();
  void readSession();
  const host = document.getElementById("app");
  if (host !== null) render(<App />, host);
  // Whoever goes on from a search finds it loaded.
  setTimeout(() => void loadOtherPage(), otherPagesAfterMs);
}
