/**
 * The search of the header, on every page: part of a name in, that metric's page out. Also the
 * palette: it knows the pages and the saved views, and draws an expression that is written into it.
 */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ViewJson } from "../../src/webapp/contract.ts";
import { fetchViews } from "../api/views.ts";
import { graphAddressOf } from "../lib/graph-target.ts";
import { pageLinks } from "../lib/page-links.ts";
import { metricPath, viewPath, withQuery } from "../lib/route.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/location.ts";
import { useNames, wordsOfNames } from "../state/names.ts";
import { useQuery } from "../state/query.ts";
import { Combobox, type ComboboxOption } from "./combobox.tsx";
import { SeriesName } from "./series-name.tsx";

const nameCountMax = 10;
const viewCountMax = 5;

export function MetricSearch(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const found = useNames(isOpen ? text : "", nameCountMax);
  const views = useQuery(isOpen ? "views" : null, fetchViews);
  const focus = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useKeys({ "/": focus, "Ctrl-k": focus });

  const asked = text.trim();
  const drawn = graphAddressOf(asked);
  const options = optionsFor(asked, found.names, views.value ?? []);
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
        label="Find a metric or a view by part of its name, or draw an expression"
        listLabel="Metrics, views and pages"
        placeholder="Find a metric"
        text={text}
        options={options}
        isOpen={isOpen}
        foot={
          drawn === undefined
            ? wordsOfNames(found, "Enter shows them all.")
            : "Enter draws this expression."
        }
        input={input}
        onText={setText}
        onOpen={setOpen}
        onChoose={go}
        onSubmit={() => {
          const metric = options.find(({ key }) => key === asked);
          const view = viewNamed(views.value ?? [], asked);
          const named = metric?.value ?? (view && viewPath(view.id));
          go(named ?? drawn ?? withQuery("/explore", { q: asked }));
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

/** As it is written or, where there is none, whatever its capitals. */
function viewNamed(views: readonly ViewJson[], text: string): ViewJson | undefined {
  const wanted = text.toLowerCase();
  return (
    views.find(({ name }) => name === text) ??
    views.find(({ name }) => name.toLowerCase() === wanted)
  );
}

function optionsFor(
  text: string,
  names: readonly string[],
  views: readonly ViewJson[],
): ComboboxOption<string>[] {
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
  const found = views
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .slice(0, viewCountMax)
    .map(({ id, name }) => ({
      key: `view ${id}`,
      value: viewPath(id),
      content: (
        <span class="find-page">
          <span>{name}</span> <span class="tag">view</span>
        </span>
      ),
    }));
  return [...found, ...metrics, ...pages];
}
