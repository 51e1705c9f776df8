/** The pages that have no place of their own in the header, one press away; Escape or leaving closes them. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PageLink } from "../lib/page-links.ts";
import type { PageName } from "../lib/route.ts";

export function MorePages({
  links,
  current,
}: {
  readonly links: readonly PageLink[];
  readonly current: PageName;
}): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  const shown = links.find(({ page }) => page === current);
  const close = (): void => details.current?.removeAttribute("open");

  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      if (!details.current?.contains(event.target as Node)) close();
    };
    addEventListener("pointerdown", onPointerDown);
    return () => {
      removeEventListener("pointerdown", onPointerDown);
    };
  }, []);
  return (
    <details
      class="more-pages"
      ref={details}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !event.currentTarget.open) return;
        event.preventDefault();
        close();
        event.currentTarget.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        if (
          event.relatedTarget !== null &&
          !event.currentTarget.contains(event.relatedTarget as Node)
        )
          close();
      }}
    >
      <summary aria-current={shown === undefined ? undefined : "page"}>
        {shown?.label ?? "More"} <span aria-hidden="true">▾</span>
      </summary>
      <ul>
        {links.map(({ page, address, label, key }) => (
          <li key={page}>
            <a href={address} aria-current={page === current ? "page" : undefined} onClick={close}>
              {label} <kbd>g {key}</kbd>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
