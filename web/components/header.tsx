/** The top of every page: where one can go, the search, and whether Kale is alive. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { pageLinks, type PageLink } from "../lib/page-links.ts";
import { placeStore } from "../state/location.ts";
import { useMedia } from "../state/media.ts";
import { useStore } from "../state/store.ts";
import { chooseTheme, themeStore, type Theme } from "../state/theme.ts";
import { KaleMark, ThemeIcon } from "./icons.tsx";
import { MetricSearch } from "./metric-search.tsx";
import { MorePages } from "./more-pages.tsx";
import { Pulse } from "./pulse.tsx";

/** Where the links have a row of their own; as in frame.css. */
const stackedQuery = "(max-width: 1000px)";

export function Header({ onHelp }: { readonly onHelp: () => void }): JSX.Element {
  const { route } = useStore(placeStore);
  const isStacked = useMedia(stackedQuery);
  const nav = useRef<HTMLElement>(null);
  const isCurrent = ({ page }: PageLink): boolean =>
    page === route.page ||
    (page === "explore" && route.page === "metric") ||
    (page === "views" && route.page === "view") ||
    (page === "collections" && route.page === "collection");
  useEffect(() => {
    if (!isStacked) return;
    nav.current
      ?.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [route.page, isStacked]);
  return (
    <header class="top">
      <a class="mark" href="/" aria-label="Kale: what is abnormal now">
        <KaleMark />
        Kale
      </a>
      <nav class="pages" aria-label="Pages" ref={nav}>
        {pageLinks
          // Where the row of links scrolls, all of them stand in it.
          .filter(({ isMain }) => isMain || isStacked)
          .map((link) => (
            <a
              key={link.page}
              href={link.address}
              aria-current={isCurrent(link) ? "page" : undefined}
              title={`g ${link.key}`}
            >
              {link.label}
            </a>
          ))}
        {!isStacked && (
          <MorePages links={pageLinks.filter(({ isMain }) => !isMain)} current={route.page} />
        )}
      </nav>
      <MetricSearch />
      <Pulse />
      <div class="tools">
        <ThemeButton />
        <button
          type="button"
          class="icon"
          onClick={onHelp}
          aria-label="Keys and help"
          title="Help: ?"
        >
          ?
        </button>
      </div>
    </header>
  );
}

const nextTheme: Readonly<Record<Theme, Theme>> = {
  system: "light",
  light: "dark",
  dark: "system",
};
const themeWords: Readonly<Record<Theme, string>> = {
  system: "as the system",
  light: "light",
  dark: "dark",
};

function ThemeButton(): JSX.Element {
  const chosen = useStore(themeStore, (theme) => theme.chosen);
  const words = `Colours: ${themeWords[chosen]}`;
  return (
    <button
      type="button"
      class="icon"
      onClick={() => chooseTheme(nextTheme[chosen])}
      aria-label={`${words}. Change to ${themeWords[nextTheme[chosen]]}.`}
      title={words}
    >
      <ThemeIcon theme={chosen} />
    </button>
  );
}
