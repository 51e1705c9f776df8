/** Beside the results: what is left out, which names are taken at all, where the matches are, the selection. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SimilarMatchJson } from "../../src/webapp/contract.ts";
import { countsByFirstPart } from "../lib/name-filters.ts";
import { splitExcludes, type SimilarAsk } from "../lib/similar-ask.ts";
import { setSelection, toggleSelected, type SelectedItem } from "../state/selection.ts";

const partCountMax = 12;

export interface SimilarSideProps {
  readonly ask: SimilarAsk;
  readonly matches: readonly SimilarMatchJson[];
  readonly selection: readonly SelectedItem[];
  readonly onChange: (change: Partial<SimilarAsk>) => void;
  readonly onSave: () => void;
}

export function SimilarSide(props: SimilarSideProps): JSX.Element {
  const { ask, matches, selection, onChange, onSave } = props;
  const places = countsByFirstPart(matches.map(({ name }) => name));
  return (
    <aside class="side" aria-label="Filters and selection">
      <section>
        <h3>
          Leave out
          {ask.exclude.length > 1 && (
            <button type="button" class="bare" onClick={() => onChange({ exclude: [] })}>
              remove all
            </button>
          )}
        </h3>
        <ul>
          {ask.exclude.map((exclude) => (
            <SideRow
              key={exclude}
              words={`Take ${exclude} in again`}
              onRemove={() => onChange({ exclude: ask.exclude.filter((one) => one !== exclude) })}
            >
              {exclude}
            </SideRow>
          ))}
        </ul>
        <SideField
          label="Leave out a part of a name, or a pattern"
          placeholder="+ any part of a name"
          text=""
          isCleared
          onText={(text) =>
            onChange({ exclude: [...new Set([...ask.exclude, ...splitExcludes(text)])] })
          }
        />
      </section>
      <section>
        <h3>
          Only names with
          {ask.filter !== "" && (
            <button type="button" class="bare" onClick={() => onChange({ filter: "" })}>
              remove
            </button>
          )}
        </h3>
        <SideField
          label="Only names with this part, or of this pattern"
          placeholder="part, or web.*.latency"
          text={ask.filter}
          onText={(filter) => onChange({ filter })}
        />
      </section>
      {places.length > 1 && (
        <section>
          <h3>Where they are</h3>
          <ul>
            {places.slice(0, partCountMax).map(([part, count]) => (
              <li key={part} class="side-row">
                <button
                  type="button"
                  class="bare mono"
                  title={`Only names that begin with ${part}.`}
                  onClick={() => onChange({ filter: `${part}.*` })}
                >
                  {part}
                </button>
                <span class="soft">{count}</span>
              </li>
            ))}
            {places.length > partCountMax && (
              <li class="side-row soft">and {places.length - partCountMax} more</li>
            )}
          </ul>
        </section>
      )}
      <section>
        <h3>
          Collection
          {selection.length > 0 && (
            <button type="button" class="bare" onClick={() => setSelection([])}>
              clear
            </button>
          )}
        </h3>
        {selection.length === 0 ? (
          <p class="soft side-hint">
            Select results with <kbd>x</kbd> or a click, then save them.
          </p>
        ) : (
          <>
            <ul data-selected={selection.length}>
              {selection.map((item) => (
                <SideRow
                  key={`${item.name} ${item.from} ${item.until}`}
                  words={`Take ${item.name} out of the selection`}
                  onRemove={() => toggleSelected(item)}
                >
                  {item.name}
                </SideRow>
              ))}
            </ul>
            <button type="button" class="side-save" data-save-selection onClick={onSave}>
              Save {selection.length} … <kbd>c</kbd>
            </button>
          </>
        )}
      </section>
    </aside>
  );
}

function SideRow({
  words,
  onRemove,
  children,
}: {
  readonly words: string;
  readonly onRemove: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <li class="side-row">
      <span class="mono side-text">{children}</span>
      <button type="button" class="bare" aria-label={words} title={words} onClick={onRemove}>
        ×
      </button>
    </li>
  );
}

function SideField({
  label,
  placeholder,
  text,
  isCleared = false,
  onText,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  /** Empty again after each entry. */
  readonly isCleared?: boolean;
  readonly onText: (text: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const send = (): void => {
    if (typed.trim() !== text) onText(typed.trim());
    if (isCleared) setTyped("");
  };
  return (
    <form
      class="side-field"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <input
        class="mono"
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => {
          if (!isCleared) send();
        }}
      />
    </form>
  );
}
