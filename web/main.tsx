/** Where the pages begin: styles, the things that outlive every page, and the first rendering. */
import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/now.css";
import "./styles/charts.css";
import "./styles/pages.css";
import "./styles/similar.css";
import "./styles/forms.css";
import { App } from "./app.tsx";
import { listenToKeys } from "./state/keys.ts";
import { startLive } from "./state/live.ts";
import { listenToHistory } from "./state/location.ts";
import { startTicking } from "./state/now.ts";
import { readSession } from "./state/session.ts";
import { startTheme } from "./state/theme.ts";

startTheme();
startTicking();
listenToHistory();
listenToKeys();
startLive();
void readSession();

const host = document.getElementById("app");
if (host !== null) render(<App />, host);
