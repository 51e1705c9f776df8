/** The frame around every page: header, keys, help, title; and the page that the address means. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Header } from "./components/header.tsx";
import { HelpDialog } from "./components/help-dialog.tsx";
import { LaterPage } from "./components/later-page.tsx";
import { Notice } from "./components/notice.tsx";
import { RemoteBanner } from "./components/remote-banner.tsx";
import { RoomBanner } from "./components/room-banner.tsx";
import { SignInDialog } from "./components/sign-in-dialog.tsx";
import { StartingBanner } from "./components/starting-banner.tsx";
import { pageLinks } from "./lib/page-links.ts";
import type { Route } from "./lib/route.ts";
import { SimilarPage } from "./pages/similar.tsx";
import { useKeys } from "./state/keys.ts";
import { liveStore } from "./state/live.ts";
import { navigate, placeStore } from "./state/location.ts";
import { signInStore } from "./state/session.ts";
import { shownNameStore } from "./state/shown-name.ts";
import { useStore } from "./state/store.ts";

export function App(): JSX.Element {
  const route = useStore(placeStore, (place) => place.route);
  const abnormal = useStore(liveStore, ({ summary }) => summary?.abnormal ?? 0);
  const shownName = useStore(shownNameStore);
  const [hasHelp, setHelp] = useState(false);
  const signIn = useStore(signInStore);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useKeys({
    "?": () => setHelp(true),
    ...Object.fromEntries(
      pageLinks.map(({ key, address }) => [`g ${key}`, () => navigate(address)]),
    ),
  });
  useEffect(() => {
    document.title = `${abnormal > 0 ? `(${abnormal}) ` : ""}${shownName ?? titleOf(route)} · Kale`;
  }, [route, shownName, abnormal]);
  useEffect(() => {
    // A new page takes the focus, so that a screen reader begins there and not at the old link.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [route.page]);

  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Header onHelp={() => setHelp(true)} />
      <StartingBanner />
      <RemoteBanner />
      <RoomBanner />
      <main id="content" ref={main} tabIndex={-1}>
        <Page route={route} />
      </main>
      {hasHelp && <HelpDialog onClose={() => setHelp(false)} />}
      {signIn !== null && <SignInDialog request={signIn} />}
    </>
  );
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  if (route.page === "similar") return <SimilarPage />;
  if (route.page !== "unknown") return <LaterPage route={route} />;
  return (
    <section class="page">
      <Notice title="No page is here">
        <p>The address may have lost some letters, or this Kale is older than the link.</p>
        <p>
          <a class="link" href="/">
            What is abnormal now
          </a>
        </p>
      </Notice>
    </section>
  );
}

function titleOf(route: Route): string {
  if (route.page === "metric") return route.name;
  if (route.page === "collection") return "Collection";
  if (route.page === "view") return "View";
  if (route.page === "unknown") return "No page here";
  return pageLinks.find(({ page }) => page === route.page)?.label ?? "Now";
}
