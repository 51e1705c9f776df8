/**
 * A field with a list of what may be meant: focus stays in the field, arrow keys walk the list.
 *
 * Source: WAI-ARIA Authoring Practices, "Combobox Pattern", list autocomplete with manual selection.
 */
import type { ComponentChildren, JSX, RefObject, TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";

export interface ComboboxOption<T> {
  readonly key: string;
  readonly value: T;
  readonly content: JSX.Element;
}

export interface ComboboxProps<T> {
  /** Of the field; the list's and its options' begin with it. */
  readonly id: string;
  readonly label: string;
  readonly listLabel: string;
  readonly placeholder: string;
  readonly text: string;
  readonly options: readonly ComboboxOption<T>[];
  readonly isOpen: boolean;
  /** Below the list: how many more there are, or why there is none. */
  readonly foot?: ComponentChildren;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onText: (text: string) => void;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onChoose: (value: T) => void;
  /** Enter without one of the list being marked. */
  readonly onSubmit: () => void;
}

export function Combobox<T>(props: ComboboxProps<T>): JSX.Element {
  const { id, label, listLabel, placeholder, text, options, isOpen, foot, input } = props;
  const { onText, onOpen, onChoose, onSubmit } = props;
  const [marked, setMarked] = useState(-1);
  const active = isOpen && marked < options.length ? marked : -1;

  const choose = (value: T): void => {
    setMarked(-1);
    onChoose(value);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const count = options.length;
    if (event.key === "ArrowDown") setMarked(count === 0 ? -1 : (active + 1) % count);
    else if (event.key === "ArrowUp") setMarked(active <= 0 ? count - 1 : active - 1);
    else if (event.key === "Enter") {
      const option = options[active];
      if (option === undefined) onSubmit();
      else choose(option.value);
    } else if (event.key === "Escape") {
      if (isOpen && text !== "") onText("");
      else input.current?.blur();
      setMarked(-1);
      onOpen(false);
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        aria-label={label}
        aria-expanded={isOpen && options.length > 0}
        aria-controls={`${id}-options`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-option-${active}` : undefined}
        value={text}
        onInput={(event) => {
          setMarked(-1);
          onText(event.currentTarget.value);
          onOpen(true);
        }}
        onFocus={() => onOpen(true)}
        onBlur={() => onOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div
        class="find-list"
        hidden={!isOpen || (options.length === 0 && (foot === undefined || foot === ""))}
      >
        <ul id={`${id}-options`} role="listbox" aria-label={listLabel}>
          {isOpen &&
            options.map(({ key, value, content }, i) => (
              <li
                key={key}
                id={`${id}-option-${i}`}
                role="option"
                aria-selected={i === active}
                // Before the field loses focus and the list closes.
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(value);
                }}
              >
                {content}
              </li>
            ))}
        </ul>
        {foot !== undefined && (
          <p class="find-foot" role="status">
            {foot}
          </p>
        )}
      </div>
    </>
  );
}
