/** Which part of a long list is shown, and the way to the next part. */
import type { JSX } from "preact";
import { formatCount } from "../lib/format.ts";

export function slicePage<T>(items: readonly T[], page: number, perPage: number): readonly T[] {
  return items.slice(page * perPage, (page + 1) * perPage);
}

export interface PagerProps {
  /** 0 is the first. */
  readonly page: number;
  readonly count: number;
  readonly perPage: number;
  readonly onPage: (page: number) => void;
}

export function Pager({ page, count, perPage, onPage }: PagerProps): JSX.Element | null {
  if (count <= perPage) return null;
  const first = page * perPage + 1;
  const last = Math.min(count, first + perPage - 1);
  return (
    <nav class="pager" aria-label="Parts of this list">
      <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>
        ← Previous
      </button>
      <span>
        {formatCount(first)}–{formatCount(last)} of {formatCount(count)}
      </span>
      <button type="button" disabled={last >= count} onClick={() => onPage(page + 1)}>
        Next →
      </button>
    </nav>
  );
}
