/** Functions that set how series are read and consolidated. */
import type { GraphiteFunction } from "../call.ts";
import { consolidationOf } from "../consolidate.ts";
import { floatText } from "../number-text.ts";
import {
  type ConsolidationName,
  consolidationNames,
  makeSeries,
  renamed,
  type Series,
  tagged,
} from "../series.ts";
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

const events = define(
  "events",
  "Special",
  'How many anomalies began in each second, e.g. events("active"), or events("*") for all.',
  [required("tags", "string", { multiple: true })],
  (call) => {
    const tags = call.rest(0).map(valueText);
    const { fromSeconds: start, untilSeconds: end, xFilesFactor } = call.scope;
    const length = Math.max(0, end - start);
    call.takePoints(length);
    const values = new Float64Array(length).fill(NaN);
    const wanted = tags.length === 1 && tags[0] === "*" ? [] : tags;
    for (const seconds of call.evaluator.eventTimes(
      { fromSeconds: start, untilSeconds: end },
      wanted,
    )) {
      const at = Math.floor(seconds) - start;
      const before = values[at];
      if (before !== undefined) values[at] = Number.isNaN(before) ? 1 : before + 1;
    }
    const name = `events(${tags.map((tag) => `"${tag}"`).join(", ")})`;
    const series = makeSeries({ name, start, end, step: 1, values, xFilesFactor });
    return [{ ...series, consolidation: "sum" }];
  },
);

export const specialFunctions: readonly GraphiteFunction[] = [
  consolidateBy,
  cumulative,
  setXFilesFactor,
  alsoCalled("xFilesFactor", setXFilesFactor),
  seriesByTag,
  events,
];
