/** What people said of anomalies: each with its shape, to whom it applies, and a way to take it back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { FeedbackFileJson } from "../../src/webapp/contract.ts";
import { fetchFeedback, takeBack } from "../api/feedback.ts";
import { FailureNotice, Notice, Waiting } from "../components/notice.tsx";
import { formatMoment } from "../lib/calendar.ts";
import { counted } from "../lib/format.ts";
import { anomalyPath } from "../lib/route.ts";
import { sparkPaths } from "../lib/spark-path.ts";
import { nowSeconds } from "../state/now.ts";
import { useQuery } from "../state/query.ts";
import { whenSignedIn } from "../state/session.ts";

type Said = FeedbackFileJson["feedback"][number];

const refreshMs = 30_000;
const width = 120;
const height = 32;

export function FeedbackPage(): JSX.Element {
  const file = useQuery("feedback", fetchFeedback, { everyMs: refreshMs });
  const [problem, setProblem] = useState("");
  const undo = async ({ id }: Said): Promise<void> => {
    const result = await whenSignedIn("Taking this back", () => takeBack(id));
    setProblem(result.ok ? "" : result.failure.message);
    file.refresh();
  };
  const said = file.value?.feedback;
  return (
    <section class="page">
      <h1 class="plain">What was said</h1>
      {said === undefined ? (
        file.failure !== undefined ? (
          <FailureNotice failure={file.failure} what="What was said" onRetry={file.refresh} />
        ) : (
          <Waiting what="what was said" />
        )
      ) : said.length === 0 ? (
        <Notice title="Nothing was said yet">
          <p>
            An anomaly can be called normal, or confirmed, where it is shown. Its shape is then
            known when it comes again, and listed here.
          </p>
        </Notice>
      ) : (
        <>
          <div class="bar">
            <span class="soft">{counted(said.length, "shape is", "shapes are")} known</span>
            <a class="link" href="/kale/feedback/export" download>
              Download all
            </a>
            <span class="problem" role="alert">
              {problem}
            </span>
          </div>
          <section class="panel">
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Shape</th>
                    <th scope="col">It is</th>
                    <th scope="col">Metric</th>
                    <th scope="col">Holds for</th>
                    <th scope="col">Said</th>
                    <th scope="col">
                      <span class="hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {said.map((one) => (
                    <SaidRow key={one.id} said={one} onUndo={() => void undo(one)} />
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </section>
  );
}

function SaidRow({
  said,
  onUndo,
}: {
  readonly said: Said;
  readonly onUndo: () => void;
}): JSX.Element {
  const { id, kind, anomaly, name, pattern, label, created, by } = said;
  const word = kind === "normal" ? "normal" : "an anomaly";
  return (
    <tr data-said={id}>
      <td>
        <ShapeGraph shape={said.shape} />
      </td>
      <td>
        {word}
        {label !== "" && <span class="soft">: {label}</span>}
      </td>
      <th scope="row">
        <a class="link" href={anomalyPath(anomaly)}>
          {name}
        </a>
      </th>
      <td>{pattern === name ? "this metric" : pattern}</td>
      <td>
        {formatMoment(created, nowSeconds())}
        {by !== "" && ` by ${by}`}
      </td>
      <td class="row-acts">
        <button type="button" class="small" onClick={onUndo}>
          Undo
        </button>
      </td>
    </tr>
  );
}

/** The part from where it began is marked. */
function ShapeGraph({ shape }: { readonly shape: Said["shape"] }): JSX.Element {
  const { step, lead, values } = shape;
  const paths = sparkPaths(
    values.map((value, i) => [i * step, value] as const),
    {
      ...{ width, height, from: 0, until: Math.max(1, values.length - 1) * step },
      oddFrom: lead * step,
      oddUntil: null,
    },
  );
  return (
    <svg
      class="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path class="spark-calm" d={paths.calm} />
      <path class="spark-odd" d={paths.odd} />
    </svg>
  );
}
