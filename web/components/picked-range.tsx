/** A stretch was dragged on a graph: look closer, or find what moved like it. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatSpan } from "../lib/calendar.ts";
import { similarPath } from "../lib/similar-ask.ts";
import type { TimeRange } from "../lib/time-range.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/location.ts";
import { nowSeconds } from "../state/now.ts";

export function PickedRange({
  name,
  range,
  onZoom,
  onClose,
}: {
  /** Without one there is nothing to find what moved like it. */
  readonly name: string | undefined;
  readonly range: TimeRange;
  readonly onZoom: (range: TimeRange) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const first = useRef<HTMLButtonElement>(null);
  const address =
    name === undefined ? undefined : similarPath({ target: { kind: "series", name }, range });
  useEffect(() => first.current?.focus({ preventScroll: true }), [range]);
  useKeys({
    ...(address === undefined ? {} : { s: () => navigate(address) }),
    Escape: onClose,
  });
  return (
    <div class="picked" role="group" aria-label="The stretch that was picked" data-picked>
      <span>{formatSpan(range.from, range.until, nowSeconds())}</span>
      <button
        ref={first}
        type="button"
        class="small"
        onClick={() => {
          onClose();
          onZoom(range);
        }}
      >
        Zoom <kbd>Enter</kbd>
      </button>
      {address !== undefined && (
        <a class="button small" href={address}>
          Find what moved like this <kbd>s</kbd>
        </a>
      )}
      <button type="button" class="small quiet" aria-label="Leave it" onClick={onClose}>
        ×
      </button>
    </div>
  );
}
