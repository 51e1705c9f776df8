/**
 * The keyboard of the whole page. Components bind keys while they are shown; the newest binding of
 * a key wins. Keys typed into a field or held by an open dialog stay there.
 */
import { useEffect, useRef } from "preact/hooks";
import { ChordReader } from "../lib/key-chord.ts";

type Handler = () => void;

const bindings: Readonly<Record<string, Handler>>[] = [];
const reader = new ChordReader();

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (!isCommand && isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const chord = reader.press(event, event.timeStamp, (name) => handlerOf(name) !== undefined);
    if (chord === undefined) return;
    event.preventDefault();
    handlerOf(chord)?.();
  });
}

/** Binds keys while the component is shown. The handlers may be new on every render. */
export function useKeys(handlers: Readonly<Record<string, Handler>>): void {
  const newest = useRef(handlers);
  newest.current = handlers;
  const names = Object.keys(handlers).join("\n");
  useEffect(() => {
    const binding = Object.fromEntries(
      names.split("\n").map((name) => [name, () => newest.current[name]?.()]),
    );
    bindings.push(binding);
    return () => {
      bindings.splice(bindings.indexOf(binding), 1);
    };
  }, [names]);
}

function handlerOf(chord: string): Handler | undefined {
  return bindings.findLast((binding) => chord in binding)?.[chord];
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"))
  );
}
