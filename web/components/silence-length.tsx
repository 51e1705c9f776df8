/** How long something is to be quiet: one of a few lengths. */
import type { JSX } from "preact";
import { silenceLengths } from "../lib/silence-lengths.ts";

export function SilenceLength({
  seconds,
  onChange,
  ...others
}: {
  readonly seconds: number;
  readonly onChange: (seconds: number) => void;
  readonly name?: string;
  readonly autoFocus?: boolean;
  readonly "aria-label"?: string;
}): JSX.Element {
  return (
    <select
      {...others}
      value={seconds}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    >
      {silenceLengths.map((length) => (
        <option key={length.seconds} value={length.seconds}>
          {length.label}
        </option>
      ))}
    </select>
  );
}
