/** Functions that set how series are read and consolidated. */
import type { GraphiteFunction } from "../call.ts";
import { type ConsolidationName, consolidationNames, consolidationOf } from "../consolidate.ts";
import { floatText } from "../number-text.ts";
import { renamed, type Series, tagged } from "../series.ts";
import { valueText } from "../values.ts";
import { alsoCalled, define, required, seriesList } from "./define.ts";

const consolidateBy = define(
  "consolidateBy",
  "Special",
  "How several values become one where more come than are drawn.",
  [seriesList, required("consolidationFunc", "string", { options: consolidationNames })],
  (call) => {
    const consolidation = consolidationOf(call.text(1));
    return call.list().map((series) => consolidatedBy(series, consolidation));
  },
);

const cumulative = define(
  "cumulative",
  "Special",
  "Sums values up where more come than are drawn.",
  [seriesList],
  (call) => call.list().map((series) => consolidatedBy(series, "sum")),
);

function consolidatedBy(series: Series, consolidation: ConsolidationName): Series {
  const name = `consolidateBy(${series.name},"${consolidation}")`;
  return { ...renamed(tagged(series, "consolidateBy", consolidation), name), consolidation };
}

const setXFilesFactor = define(
  "setXFilesFactor",
  "Special",
  "Which share of values must be there for a summary of them to have one, 0 to 1.",
  [seriesList, required("xFilesFactor", "float")],
  (call) => {
    const xFilesFactor = call.number(1);
    call.scope.xFilesFactor = xFilesFactor;
    return call.list().map((series) => ({
      ...tagged(series, "xFilesFactor", floatText(xFilesFactor)),
      xFilesFactor,
    }));
  },
);

const seriesByTag = define(
  "seriesByTag",
  "Special",
  'Series by their tags, e.g. seriesByTag("name=disk.used", "host=~fe.*").',
  [required("tagExpressions", "string", { multiple: true })],
  (call) => call.evaluator.byTags(call.source, call.rest(0).map(valueText)),
);

export const specialFunctions: readonly GraphiteFunction[] = [
  consolidateBy,
  cumulative,
  setXFilesFactor,
  alsoCalled("xFilesFactor", setXFilesFactor),
  seriesByTag,
];
