/** A metric's name, its common part dimmed. Always text: names come from outside. */
import type { JSX } from "preact";
import { partsOfName, type NameParts } from "../lib/name-parts.ts";

export interface SeriesNameProps {
  readonly name: string;
  /** From `partsOfNames`, where the name stands among others. */
  readonly parts?: NameParts | undefined;
}

export function SeriesName({ name, parts = partsOfName(name) }: SeriesNameProps): JSX.Element {
  return (
    <span class="name" title={name}>
      <span class="dim">{parts.common}</span>
      <b>{parts.own}</b>
      <span class="dim">{parts.tags}</span>
    </span>
  );
}
