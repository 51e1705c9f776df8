/**
 * A search as a person meets it: the page Similar in a Chromium, until the first results stand in it and
 * until the last. Opened by its address, and asked anew in an open page.
 */
import type { Page } from "playwright-core";
import { launchBrowser } from "../test/support/browser.ts";
import { median, type SearchSite } from "./search-site.ts";

export interface SearchPageFigures {
  readonly method: string;
  /** From the address to the results; medians, milliseconds of the wall. */
  readonly openedFirstMs: number;
  readonly openedLastMs: number;
  /** From a click on "Search with it". */
  readonly askedFirstMs: number;
  readonly askedLastMs: number;
  /** The same with a window that no shard has at hand. */
  readonly otherHourFirstMs: number;
  readonly otherHourLastMs: number;
}

interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
}

const methods = ["best", "euclidean", "dtw"];
const patienceMs = 30_000;
const lookEveryMs = 25;

export async function benchSearchPage(
  { kale, queryNames }: SearchSite,
  queryCount: number,
): Promise<SearchPageFigures[]> {
  const browser = await launchBrowser();
  const figures: SearchPageFigures[] = [];
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript({ content: watchScript });
    const page = await context.newPage();
    const addressOf = (method: string, i: number, range = ""): string => {
      const name = encodeURIComponent(queryNames[(i * 7919) % queryNames.length]!);
      return `${kale.url}/oculus?name=${name}&method=${method}${range}`;
    };
    await open(page, addressOf("best", 0)); // its files are in the browser's cache then
    let windowCount = 0;
    for (const method of methods) {
      const opened: Seen[] = [];
      const asked: Seen[] = [];
      const other: Seen[] = [];
      for (let i = 1; i <= queryCount; i++) {
        opened.push(await open(page, addressOf(method, i)));
        asked.push(await askAnew(page));
        const endSeconds = Math.floor(Date.now() / 1000) - 1800 - 13 * windowCount++;
        const range = `&from=${endSeconds - 3600}&until=${endSeconds}`;
        other.push(await open(page, addressOf(method, i, range)));
      }
      figures.push({
        method,
        openedFirstMs: median(opened.map(({ firstMs }) => firstMs)),
        openedLastMs: median(opened.map(({ lastMs }) => lastMs)),
        askedFirstMs: median(asked.map(({ firstMs }) => firstMs)),
        askedLastMs: median(asked.map(({ lastMs }) => lastMs)),
        otherHourFirstMs: median(other.map(({ firstMs }) => firstMs)),
        otherHourLastMs: median(other.map(({ lastMs }) => lastMs)),
      });
    }
  } finally {
    await browser.close();
  }
  return figures;
}

async function open(page: Page, address: string): Promise<Seen> {
  await page.goto("about:blank");
  await page.goto(address, { waitUntil: "commit" });
  return await seenIn(page);
}

/** Searches with the first result, which is another metric. */
async function askAnew(page: Page): Promise<Seen> {
  await page.evaluate(`watchAnew(); document.querySelector("[data-search]").click();`);
  return await seenIn(page);
}

/** The page's own rules forbid code from text, and so `waitForFunction`. */
async function seenIn(page: Page): Promise<Seen> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await page.evaluate<Seen>("seen");
    if (seen.lastMs > 0) return seen;
    if (performance.now() > endMs) throw new Error(`no results in ${page.url()}`);
    await page.waitForTimeout(lookEveryMs);
  }
}

/** Runs in the page: notes when results of what is asked stand in it, and are about to be painted. */
const watchScript = `
  let startedMs = 0;
  globalThis.seen = { firstMs: 0, lastMs: 0 };
  globalThis.watchAnew = () => {
    startedMs = performance.now();
    globalThis.seen = { firstMs: 0, lastMs: 0 };
  };
  const look = () => {
    const { seen } = globalThis;
    const results = document.querySelector(".results:not(.results-stale)");
    if (seen.lastMs > 0 || !results?.querySelector(".hit")) return;
    const isLast = results.getAttribute("data-final") === "true";
    requestAnimationFrame(() => {
      const sinceMs = performance.now() - startedMs;
      seen.firstMs ||= sinceMs;
      if (isLast) seen.lastMs ||= sinceMs;
    });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
`;
