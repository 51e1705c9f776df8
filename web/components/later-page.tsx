/** A page whose script may still be on its way. */
import { h, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { OtherRoute } from "../lib/route.ts";
import { loadedOtherPage, loadOtherPage } from "../load-other-pages.ts";
import { Notice } from "./notice.tsx";

export function LaterPage({ route }: { readonly route: OtherRoute }): JSX.Element | null {
  const [isMissing, setMissing] = useState(false);
  const [, setLoaded] = useState(false);
  const page = loadedOtherPage();

  useEffect(() => {
    if (page !== undefined) return;
    void loadOtherPage().then((loaded) => {
      setLoaded(true);
      setMissing(loaded === undefined);
    });
  }, []);

  if (page !== undefined) return h(page, { route });
  if (!isMissing) return null;
  return (
    <section class="page">
      <Notice title="This page could not be loaded" tone="problem">
        <p>Kale cannot be reached, or is newer than what your browser shows.</p>
        <button type="button" onClick={() => location.reload()}>
          Load it anew
        </button>
      </Notice>
    </section>
  );
}
