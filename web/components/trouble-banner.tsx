/** A strip above the page about what is wrong with Kale itself, and where more of it stands. */
import type { JSX } from "preact";

export interface Trouble {
  readonly title: string;
  readonly words: string;
}

export function TroubleBanner({
  trouble,
  more,
}: {
  readonly trouble: Trouble | undefined;
  /** What the link to Status says. */
  readonly more: string;
}): JSX.Element | null {
  if (trouble === undefined) return null;
  return (
    <div class="banner" role="status">
      <p>
        <strong>
          <span aria-hidden="true">▲ </span>
          {trouble.title}
        </strong>{" "}
        {trouble.words}{" "}
        <a class="link" href="/status">
          {more}
        </a>
      </p>
    </div>
  );
}
