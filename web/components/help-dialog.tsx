/** All keys on one sheet, opened with "?". A native modal dialog: it holds the focus and closes on Escape. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { pageLinks } from "../lib/page-links.ts";

interface KeyGroup {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, does: string])[];
}

const groups: readonly KeyGroup[] = [
  {
    title: "Anywhere",
    keys: [
      ["/  Ctrl-K", "find a metric or a page"],
      ...pageLinks.map(({ key, label }) => [`g ${key}`, label] as const),
      ["?", "this help"],
      ["Esc", "back out: close, deselect"],
    ],
  },
  {
    title: "In a list",
    keys: [
      ["j  k", "next, previous"],
      ["Enter", "open"],
    ],
  },
  {
    title: "On a metric or an anomaly",
    keys: [
      ["[  ]", "window back, forward"],
      ["+  -", "zoom in, out"],
      [",  .", "previous, next anomaly of this metric"],
      ["r", "window around the anomaly"],
      ["f", "the usual window again"],
    ],
  },
  {
    title: "With a graph focused",
    keys: [
      ["← →", "read value by value"],
      ["PgUp  PgDn  Home  End", "in large steps, to the ends"],
      ["Shift ← →", "select a stretch"],
      ["Enter", "zoom to it"],
    ],
  },
];

export function HelpDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div class="help-body">
        <div class="help-head">
          <h2 id="help-title">Keys</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close <kbd>Esc</kbd>
          </button>
        </div>
        <div class="help-groups">
          {groups.map(({ title, keys }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(([chord, does]) => (
                  <div key={chord}>
                    <dt>
                      {chord.split("  ").map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p class="soft">
          Red is for what is abnormal and nothing else. Blue is the metric, the pale band where it
          was expected, dashed ochre the limits of the checks that fired. Every view is a link: send
          the address.
        </p>
      </div>
    </dialog>
  );
}
