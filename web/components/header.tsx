/** The top of every page: where one can go, the search, and whether Kale is alive. */
import type { JSX } from "preact";
import { pageLinks, type PageLink } from "../lib/page-links.ts";
import { placeStore } from "../state/location.ts";
import { useStore } from "../state/store.ts";
import { chooseTheme, themeStore, type Theme } from "../state/theme.ts";
import { KaleMark, ThemeIcon } from "./icons.tsx";
import { MetricSearch } from "./metric-search.tsx";
import { Pulse } from "./pulse.tsx";

export function Header({ onHelp }: { readonly onHelp: () => void }): JSX.Element {
  const { route } = useStore(placeStore);
  const isCurrent = ({ page }: PageLink): boolean =>
    page === route.page ||
    (page === "explore" && ["metric", "graph", "views", "view"].includes(route.page)) ||
    (page === "collections" && route.page === "collection");
  return (
    <header class="top">
      <a class="mark" href="/" aria-label="Kale: what is abnormal now">
        <KaleMark />
        Kale
      </a>
      <nav class="pages" aria-label="Pages">
        {pageLinks
          .filter(({ isMain }) => isMain)
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
