/** Picks the metric to search with: completes exact names, parts of names and patterns. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useNames, wordsOfNames } from "../state/names.ts";
import { Combobox } from "./combobox.tsx";
import { SeriesName } from "./series-name.tsx";

const nameCountMax = 12;

export function NameField({
  onChoose,
  placeholder = "Name of a metric, part of it, or web.*.latency",
}: {
  readonly onChoose: (name: string) => void;
  readonly placeholder?: string;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const found = useNames(isOpen ? text : "", nameCountMax);
  const choose = (name: string): void => {
    setOpen(false);
    setText("");
    input.current?.blur();
    onChoose(name);
  };
  const isAnswered = found.asked === text.trim();
  return (
    <div class="find name-field">
      <Combobox
        id="query-name"
        label="Find what moved like this metric"
        listLabel="Metrics"
        placeholder={placeholder}
        text={text}
        options={
          text.trim() === ""
            ? []
            : found.names.map((name) => ({
                key: name,
                value: name,
                content: <SeriesName name={name} />,
              }))
        }
        isOpen={isOpen}
        foot={text.trim() === "" ? undefined : wordsOfNames(found, "type more to see the rest.")}
        input={input}
        onText={setText}
        onOpen={setOpen}
        onChoose={choose}
        onSubmit={() => {
          // One that is written out, or the only one there is; of several the reader chooses.
          const asked = text.trim();
          const exact = found.names.find((name) => name === asked);
          const only = isAnswered && found.total === 1 ? found.names[0] : undefined;
          const chosen = exact ?? only;
          if (chosen !== undefined) choose(chosen);
        }}
      />
    </div>
  );
}
