/** A graph for each expression: what is wrong with one does not take the others away. */
import type { JSX } from "preact";
import type { RangeChoice, TimeRange } from "../lib/time-range.ts";
import { useRender } from "../state/render.ts";
import { ExpressionGraph } from "./expression-graph.tsx";
import { Problem } from "./expression-field.tsx";
import { Notice, Waiting } from "./notice.tsx";

const heightPx = 200;

export interface SeparateGraphsProps {
  readonly targets: readonly string[];
  readonly choice: RangeChoice;
  readonly range: TimeRange;
  readonly onSelect: (range: TimeRange) => void;
}

export function SeparateGraphs({ targets, ...rest }: SeparateGraphsProps): JSX.Element {
  return (
    <ul class="separate">
      {targets.map((target, i) => (
        <li key={`${i} ${target}`}>
          <OneGraph target={target} {...rest} />
        </li>
      ))}
    </ul>
  );
}

function OneGraph({
  target,
  choice,
  range,
  onSelect,
}: Omit<SeparateGraphsProps, "targets"> & { readonly target: string }): JSX.Element {
  const { value, failure } = useRender([target], choice);
  if (value !== undefined && value.length > 0) {
    return (
      <ExpressionGraph
        lines={value}
        range={range}
        heightPx={heightPx}
        title={target}
        onSelect={onSelect}
      />
    );
  }
  return (
    <>
      <p class="mono">{target}</p>
      {failure !== undefined ? (
        <Problem message={failure.message} asked={target} />
      ) : value === undefined ? (
        <Waiting what="the series" />
      ) : (
        <Notice title="No series fits it in this range" />
      )}
    </>
  );
}
