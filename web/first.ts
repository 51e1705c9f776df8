/**
 * What a browser runs first: asks what the address asks for, and shows the pages when their script is there.
 *
 * That script takes longer to load and compile than Kale takes to search tens of thousands of metrics.
 * So the search is on its way meanwhile, and its answer is mostly there for the first rendering. The
 * document names the script of the pages (`namePagesScript` in vite.config.ts), so that it loads beside
 * this one and not after it.
 */
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/now.css";
import "./styles/charts.css";
import "./styles/pages.css";
import "./styles/similar.css";
import "./styles/forms.css";
import { parsePath } from "./lib/route.ts";
import { loadOtherPage } from "./load-other-pages.ts";
import { firstAnswerWithin, startFirstSearch } from "./state/first-search.ts";

/** Shorter than a page without results takes to render, which need not be done then. */
const answerPatienceMs = 30;

startFirstSearch(location);
const main = import("./main.tsx");
if (parsePath(location.pathname).page !== "similar") void loadOtherPage();
void firstAnswerWithin(answerPatienceMs).then(async () => (await main).showPages());
