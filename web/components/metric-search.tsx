/**
 * The search of the header, on every page: part of a name in, that metric's page out. Also the
 * palette: it knows the pages. An ARIA combobox with a list, focus stays in the field.
 *
 * Source: WAI-ARIA Authoring Practices, "Combobox Pattern", list autocomplete with manual selection.
 */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { fetchNames } from "../api/kale.ts";
import { formatCount } from "../lib/format.ts";
import { pageLinks } from "../lib/page-links.ts";
import { metricPath, withQuery } from "../lib/route.ts";
import { useDelayed } from "../state/delayed.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/location.ts";
import { useQuery } from "../state/query.ts";
import { SeriesName } from "./series-name.tsx";

interface Option {
  readonly key: string;
  readonly address: string;
  readonly content: JSX.Element;
}

const nameCountMax = 10;
const typingPauseMs = 120;

export function MetricSearch(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const asked = useDelayed(text.trim(), typingPauseMs);
  const { value, failure } = useQuery(
    isOpen && asked !== "" ? asked : null,
    (signal) => fetchNames(asked, nameCountMax, signal),
    { keepsFormer: true },
  );
  const focus = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useKeys({ "/": focus, "Ctrl-k": focus });

  const options = isOpen ? optionsFor(text.trim(), value?.names ?? []) : [];
  const total = value?.total ?? 0;

  const go = (address: string): void => {
    setOpen(false);
    setText("");
    setActive(-1);
    input.current?.blur();
    navigate(address);
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const count = options.length;
    if (event.key === "ArrowDown") setActive(count === 0 ? -1 : (active + 1) % count);
    else if (event.key === "ArrowUp") setActive(active <= 0 ? count - 1 : active - 1);
    else if (event.key === "Enter") {
      const chosen = options[active] ?? options.find(({ key }) => key === text.trim());
      go(chosen?.address ?? withQuery("/explore", { q: text.trim() }));
    } else if (event.key === "Escape") {
      if (isOpen && text !== "") setText("");
      else input.current?.blur();
      setOpen(false);
    } else return;
    event.preventDefault();
  };

  return (
    <div class="find" role="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder="Find a metric"
        aria-label="Find a metric by part of its name"
        aria-expanded={options.length > 0}
        aria-controls="find-options"
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `find-option-${active}` : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="find-list" hidden={!isOpen || (options.length === 0 && asked === "")}>
        <ul id="find-options" role="listbox" aria-label="Metrics and pages">
          {options.map(({ key, address, content }, i) => (
            <li
              key={key}
              id={`find-option-${i}`}
              role="option"
              aria-selected={i === active}
              // Before the field loses focus and the list closes.
              onPointerDown={(event) => {
                event.preventDefault();
                go(address);
              }}
            >
              {content}
            </li>
          ))}
        </ul>
        {asked !== "" && (
          <p class="find-foot" role="status">
            {failure !== undefined
              ? failure.message
              : value === undefined
                ? "Searching…"
                : total === 0
                  ? "No metric’s name holds this. With * and ? it is a pattern for the whole name."
                  : total > nameCountMax
                    ? `${formatCount(total)} match; Enter shows them all.`
                    : ""}
          </p>
        )}
      </div>
    </div>
  );
}

function optionsFor(text: string, names: readonly string[]): Option[] {
  const wanted = text.toLowerCase();
  const pages = pageLinks
    .filter(({ label }) => label.toLowerCase().startsWith(wanted))
    .map(({ label, address, key }) => ({
      key: `page ${label}`,
      address,
      content: (
        <span class="find-page">
          Go to {label} <kbd>g {key}</kbd>
        </span>
      ),
    }));
  if (text === "") return pages;
  const metrics = names.map((name) => ({
    key: name,
    address: metricPath(name),
    content: <SeriesName name={name} />,
  }));
  return [...metrics, ...pages];
}
