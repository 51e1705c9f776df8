/** What the search does and does not, the keys, and how a program asks. Nothing here is a promise that is not kept. */
import type { ComponentChildren, JSX } from "preact";
import { CopyBlock } from "../components/copy-block.tsx";
import { KeyTables } from "../components/help-dialog.tsx";
import { methodTraits } from "../lib/similar-ask.ts";

export function HelpPage(): JSX.Element {
  const origin = location.origin;
  return (
    <section class="page help-page">
      <h1 class="plain">Help</h1>
      <h2 class="section" id="search">
        What moved like this?
      </h2>
      <p>
        You give a metric and a window of time, or draw a shape. Kale compares it with <b>every</b>{" "}
        metric it holds over the same window and shows the most alike first. Nothing is sorted out
        beforehand: the answer says how many were compared, whether it is exact, and which could not
        be compared and why.
      </p>
      <dl class="help-terms">
        <Term name="Window">
          The last hour unless you choose; from an anomaly, its stretch with a margin. Drag it on
          the graph, type its times, or use <kbd>[</kbd> <kbd>]</kbd> <kbd>+</kbd> <kbd>-</kbd>.
          Only what happens inside it counts, so take it narrow around what is odd, with some calm
          before it.
        </Term>
        <Term name="Grid">
          The window is cut into 60 equal cells, and each cell is the mean of the samples in it, for
          all metrics alike. Empty cells are drawn straight between their neighbours; a metric with
          no sample in the first or the last tenth, or for a fifth of the window, is left out and
          counted. So is a level line: it has no shape.
        </Term>
        <Term name="Level and scale">
          Both are taken away before comparing: 40 → 75 ms and 2 → 900 requests may be the same
          shape.
        </Term>
        <Term name="Likeness">
          From 0 to 100, by the method’s own distance, which stands below it. 100 is the same shape.
          Likeness of different methods is not the same measure.
        </Term>
        <Term name="Lag">
          How much later (or earlier) the match moves. Best match and Correlation look a twentieth
          of the window either way; more lag finds more, and more by chance.
        </Term>
        <Term name="Inverse">
          What falls when the other rises. The dashed line is turned over then, so it still lies on
          the match.
        </Term>
        <Term name="Leave out">
          Any part of a name between dots, or a pattern with * and ?. “Only names with” does the
          opposite. Both are part of the link.
        </Term>
      </dl>
      <h2 class="section" id="methods">
        Methods
      </h2>
      <dl class="help-terms">
        {methodTraits.map(({ method, label, words }) => (
          <Term key={method} name={label}>
            {words}
          </Term>
        ))}
      </dl>
      <h2 class="section" id="collections">
        Collections, and “seen before”
      </h2>
      <p>
        Select results and save them under a name, with a note for whoever meets this next. A
        collection keeps the points as they were, so it stays when the metrics’ own history is gone.
        Every search by name and every anomaly you open is compared with all saved windows; what is
        alike enough is shown as “seen before”. Saving, changing and deleting needs somebody who is
        signed in; looking does not. There is no default password: the first start prints an admin
        token, and its holder makes users under{" "}
        <a class="link" href="/admin">
          Admin
        </a>
        .
      </p>
      <h2 class="section" id="graph">
        Graphs of expressions
      </h2>
      <p>
        <a class="link" href="/graph">
          Graph
        </a>{" "}
        draws what Graphite’s <span class="mono">/render</span> would: names, patterns, and all of
        its functions, an expression a line. What is wrong is told with its place and what was
        expected there. The search of every page takes an expression as well, and an address of a
        dashboard with <span class="mono">target=</span> in it.
      </p>
      <dl class="help-terms">
        <Term name="One graph, or a graph each">
          All expressions on one scale, or each on its own. Drag to pick a stretch; the legend reads
          values at the cursor, “As a table” has the numbers.
        </Term>
        <Term name="Small graphs">
          <span class="mono">web.*</span> is a small graph for each node below web, and leads on to
          what is below that; <span class="mono">tag:host</span> is one for each value of a tag.
          What is abnormal comes first.
        </Term>
        <Term name="Range">
          As <span class="mono">-6h</span> to <span class="mono">now</span> it moves with the clock;
          moved or zoomed it is fixed, so that a link shows what its sender saw.
        </Term>
      </dl>
      <h2 class="section" id="views">
        Views
      </h2>
      <p>
        A view is such a graph under a name, with a note: its expressions, its range as it was
        written, and how they are laid out. Save one with <kbd>c</kbd>; open it from{" "}
        <a class="link" href="/views">
          Views
        </a>
        , by its link, or by typing its name into the search. What you change on an opened view is
        in your address alone until you save the changes. Views are for everybody to see; saving,
        changing and deleting needs somebody who is signed in. They survive a restart, and go into a
        file and back.
      </p>
      <h2 class="section" id="limits">
        What it does not do
      </h2>
      <ul class="help-list">
        <li>It finds what looks alike, not what is the cause. Two nightly jobs look alike.</li>
        <li>
          A metric that merely goes up finds everything that merely goes up: take a window in which
          something happens.
        </li>
        <li>What is older than the store keeps cannot be searched.</li>
        <li>
          A search that takes too long is ended, shows what it has and says that it is not exact.
        </li>
      </ul>
      <h2 class="section" id="http">
        Asking over HTTP
      </h2>
      <div class="help-lines">
        <CopyBlock
          title="By name"
          note="JSON, best first."
          text={`curl '${origin}/kale/similar?name=web.fe1.load&from=-1h&method=best&limit=20'`}
        />
        <CopyBlock
          title="By shape"
          note="2 to 2,000 values, stretched over the window."
          text={`curl -H 'Content-Type: application/json' -d '{"values":[1,1,1,5,6,6]}' \\
  '${origin}/kale/similar?from=-2h&exclude=test'`}
        />
        <CopyBlock
          title="As it is found"
          note="A line of JSON per better answer, the last with “final”: true."
          text={`curl -N -H 'Accept: application/x-ndjson' '${origin}/kale/similar?name=web.fe1.load'`}
        />
        <CopyBlock
          title="Save a collection"
          note="With the admin token."
          text={`curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"name":"card provider slow","note":"","items":[{"name":"web.fe1.load","from":1795409333,"until":1795412933}]}' \\
  ${origin}/kale/collections`}
        />
        <CopyBlock
          title="Save a view"
          note="With the admin token."
          text={`curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"name":"Load, all hosts","targets":["aliasByNode(web.*.load, 1)"],"from":"-6h","until":"now"}' \\
  ${origin}/kale/views`}
        />
      </div>
      <h2 class="section" id="keys">
        Keys
      </h2>
      <KeyTables />
    </section>
  );
}

function Term({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
