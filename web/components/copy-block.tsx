/** Text to take away: shown as it is, with a button that copies it and says that it did. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Snippet } from "../lib/send-snippets.ts";

const saidMs = 2500;

export function CopyBlock({ title, note, text }: Snippet): JSX.Element {
  const [said, setSaid] = useState("");
  const pre = useRef<HTMLPreElement>(null);

  const copy = async (): Promise<void> => {
    const isDone = await copyText(text);
    if (!isDone && pre.current !== null) getSelection()?.selectAllChildren(pre.current);
    setSaid(isDone ? "Copied" : "Selected: press Ctrl-C");
    setTimeout(() => setSaid(""), saidMs);
  };

  return (
    <div class="copy-block">
      <div class="copy-head">
        <span class="copy-title">
          <strong>{title}</strong>
          <span class="soft">{note}</span>
        </span>
        <span class="said" role="status">
          {said}
        </span>
        <button type="button" onClick={() => void copy()} aria-label={`Copy: ${title}`}>
          Copy
        </button>
      </div>
      <pre ref={pre} tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </div>
  );
}

/** The clipboard is there only on https and on localhost. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
