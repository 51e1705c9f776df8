/** The parts of a name, each of which leaves all names with it out of the search. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { partsToLeaveOut } from "../lib/name-filters.ts";

export function LeaveOutMenu({
  name,
  onExclude,
}: {
  readonly name: string;
  readonly onExclude: (exclude: string) => void;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    host.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const closeOutside = (event: PointerEvent): void => {
      if (event.target instanceof Node && host.current?.contains(event.target) !== true) {
        setOpen(false);
      }
    };
    addEventListener("pointerdown", closeOutside);
    return () => removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  return (
    <div
      ref={host}
      class="menu-host"
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (next instanceof Node && !event.currentTarget.contains(next)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (!isOpen) return;
        const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
        const at = items.findIndex((item) => item === document.activeElement);
        const next: Readonly<Record<string, number>> = {
          ArrowDown: (at + 1) % items.length,
          ArrowUp: (at + items.length - 1) % items.length,
          Home: 0,
          End: items.length - 1,
        };
        const to = next[event.key];
        if (to !== undefined) items[to]?.focus();
        else if (event.key === "Escape") {
          setOpen(false);
          host.current?.querySelector("button")?.focus();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <button
        type="button"
        class="small quiet"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        data-leave-out
        onClick={() => setOpen(!isOpen)}
      >
        Leave out <span aria-hidden="true">▾</span>
      </button>
      {isOpen && (
        <div class="menu" role="menu" aria-label={`Leave out what has this part of ${name}`}>
          {partsToLeaveOut(name).map(({ exclude, label }) => (
            <button
              key={exclude}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class="mono"
              onClick={() => {
                setOpen(false);
                onExclude(exclude);
              }}
            >
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
