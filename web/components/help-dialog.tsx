/** All keys on one sheet, opened with "?". */
import type { JSX } from "preact";
import { pageLinks } from "../lib/page-links.ts";
import { Modal } from "./modal.tsx";

interface KeyGroup {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, does: string])[];
}

const keyGroups: readonly KeyGroup[] = [
  {
    title: "Anywhere",
    keys: [
      ["/  Ctrl-K", "find a metric, a view or a page; draw an expression"],
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
      ["s", "what moved like it"],
      ["n", "an anomaly: call it normal"],
      ["c", "an anomaly: keep it in a collection"],
      ["m", "an anomaly: mute its metric for a while"],
      ["r", "window around the anomaly"],
      ["f", "the usual window again"],
    ],
  },
  {
    title: "With a graph focused",
    keys: [
      ["← →", "read value by value"],
      ["PgUp  PgDn  Home  End", "in large steps, to the ends"],
      ["↑ ↓", "another series, where a graph has equals"],
      ["Shift ← →", "select a stretch"],
      ["Enter", "zoom to it"],
      ["s", "find what moved like it"],
    ],
  },
  {
    title: "On a graph of expressions",
    keys: [
      ["Enter", "show what is written"],
      ["Shift-Enter", "begin another expression"],
      ["c", "save it as a view"],
      ["[  ]  +  -", "window back, forward, zoom"],
      ["f", "the usual window, or the view’s"],
      ["j  k", "next, previous small graph"],
    ],
  },
  {
    title: "On Similar",
    keys: [
      ["[  ]", "window back, forward"],
      ["+  -  f", "shorter, longer, the last hour"],
      ["j  k", "next, previous result"],
      ["Enter", "open the metric"],
      ["s", "search with this result"],
      ["x", "select it, or take it out again"],
      ["e", "leave part of its name out"],
      ["c", "save what is selected"],
      ["m", "more results"],
      ["d", "draw a shape"],
    ],
  },
  {
    title: "On a collection",
    keys: [
      ["j  k", "next, previous metric"],
      ["l", "as they were, or live"],
    ],
  },
  {
    title: "With the drawing focused",
    keys: [
      ["← →", "move in time, with Shift in large steps"],
      ["↑ ↓", "raise, lower, with Shift finely"],
      ["Space", "hold the line here"],
      ["Backspace  Del", "take this point out, clear all"],
      ["Ctrl-Z  Ctrl-Y", "undo, redo"],
    ],
  },
];

export function HelpDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Modal title="Keys" onClose={onClose} isWide>
      <KeyTables />
      <p class="soft">
        Red is for what is abnormal and nothing else. Blue is the metric, the pale band where it was
        expected, dashed ochre the limits of the checks that fired. Every view is a link: send the
        address.{" "}
        <a class="link" href="/help" onClick={onClose}>
          What the search does, and how to ask over HTTP
        </a>
      </p>
    </Modal>
  );
}

export function KeyTables(): JSX.Element {
  return (
    <div class="help-groups">
      {keyGroups.map(({ title, keys }) => (
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
  );
}
