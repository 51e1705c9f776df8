/**
 * The search of the header, on every page: part of a name in, that metric's page out. Also the
 * palette: it knows the pages.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { pageLinks } from "../lib/page-links.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/location.ts";
import { useNames, wordsOfNames } from "../state/names.ts";
import { Combobox, type ComboboxOption } from "./combobox.tsx";
import { SeriesName } from "./series-name.tsx";

const nameCountMax = 10;

export function MetricSearch(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const found = useNames(isOpen ? text : "", nameCountMax);
  const focus = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useKeys({ "/": focus, "Ctrl-k": focus });

  const options = optionsFor(text.trim(), found.names);
  const go = (address: string): void => {
    setOpen(false);
    setText("");
    input.current?.blur();
    navigate(address);
  };
  return (
    <div class="find" role="search">
      <Combobox
        id="find"
        label="Find a metric by part of its name"
        listLabel="Metrics and pages"
        placeholder="Find a metric"
        text={text}
        options={options}
        isOpen={isOpen}
        foot={wordsOfNames(found, "Enter shows them all.")}
        input={input}
        onText={setText}
        onOpen={setOpen}
        onChoose={go}
        onSubmit={() => {
          const asked = text.trim();
          const exact = options.find(({ key }) => key === asked);
          go(exact?.value ?? withQuery("/explore", { q: asked }));
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

function optionsFor(text: string, names: readonly string[]): ComboboxOption<string>[] {
  const wanted = text.toLowerCase();
  const pages = pageLinks
    .filter(({ label }) => label.toLowerCase().startsWith(wanted))
    .map(({ label, address, key }) => ({
      key: `page ${label}`,
      value: address,
      content: (
        <span class="find-page">
          Go to {label} <kbd>g {key}</kbd>
        </span>
      ),
    }));
  if (text === "") return pages;
  const metrics = names.map((name) => ({
    key: name,
    value: metricPath(name),
    content: <SeriesName name={name} />,
  }));
  return [...metrics, ...pages];
}
