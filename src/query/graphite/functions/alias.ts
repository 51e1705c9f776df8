/** Functions that give series other names. */
import { aggregates, last, max, min } from "../aggregates.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError, quoted } from "../errors.ts";
import { fixedText, floatText, integerText } from "../number-text.ts";
import { compilePattern } from "../pattern.ts";
import type { Series } from "../series.ts";
import { valueText } from "../values.ts";
import { define, optional, required, seriesList } from "./define.ts";
import { keyOf } from "./nodes.ts";
import { formatUnits, isUnitSystem, type UnitSystem } from "./units.ts";

function renameEach(call: Call, name: (series: Series) => string): readonly Series[] {
  return call.list().map((series) => ({ ...series, name: name(series) }));
}

const alias = define(
  "alias",
  "Alias",
  "Another name.",
  [seriesList, required("newName", "string")],
  (call) => renameEach(call, () => call.text(1)),
);

const aliasByNode = define(
  "aliasByNode",
  "Alias",
  "Some parts of the name, by position, or tags.",
  [seriesList, required("nodes", "nodeOrTag", { multiple: true })],
  (call) => renameEach(call, (series) => keyOf(series, call.rest(1))),
);

const aliasByTags = define(
  "aliasByTags",
  "Alias",
  "The values of some tags, or parts of the name.",
  [seriesList, required("tags", "nodeOrTag", { multiple: true })],
  (call) => renameEach(call, (series) => keyOf(series, call.rest(1))),
);

const aliasByMetric = define(
  "aliasByMetric",
  "Alias",
  "The last part of the name.",
  [seriesList],
  (call) => renameEach(call, ({ name }) => partsOf(name, -1, 0)),
);

const substr = define(
  "substr",
  "Special",
  "Some parts of the name, from one position to another.",
  [seriesList, optional("start", "node", { default: 0 }), optional("stop", "node", { default: 0 })],
  (call) => renameEach(call, ({ name }) => partsOf(name, call.number(1), call.number(2))),
);

/** Of the innermost path of a name that is made of calls. */
function partsOf(name: string, start: number, stop: number): string {
  const left = name.lastIndexOf("(") + 1;
  const right = name.indexOf(")");
  const path = name.slice(left, right < 0 ? undefined : right).split(".");
  return (stop === 0 ? path.slice(start) : path.slice(start, stop)).join(".").replace(/,.*$/, "");
}

const search = required("search", "string");
const replace = required("replace", "string");

const aliasSub = define(
  "aliasSub",
  "Alias",
  "The name with what a regular expression finds in it replaced.",
  [seriesList, search, replace],
  (call) => {
    const pattern = compilePattern(call.text(1));
    return renameEach(call, ({ name }) => pattern.replace(name, call.text(2)));
  },
);

const aliasQuery = define(
  "aliasQuery",
  "Alias",
  "A name with the last value of another series in it, in the place of %d or %.2f.",
  [seriesList, search, replace, required("newName", "string")],
  async (call) => {
    const pattern = compilePattern(call.text(1));
    const made: Series[] = [];
    for (const series of call.list()) {
      const query = pattern.replace(series.name, call.text(2));
      const [found] = await call.evaluator.target(query, { ...call.scope });
      if (found === undefined) {
        throw new GraphiteError(
          "bad-argument",
          `aliasQuery() finds no series by ${quoted(query)}.`,
        );
      }
      const current = last(found.values);
      if (Number.isNaN(current)) {
        throw new GraphiteError("bad-argument", `aliasQuery() finds no value in ${quoted(query)}.`);
      }
      made.push({ ...series, name: filledIn(call.text(3), current) });
    }
    return made;
  },
);

function filledIn(format: string, value: number): string {
  return format.replaceAll(/%(?:%|d|s|g|f|\.(\d)f)/g, (whole, digits: string | undefined) => {
    if (whole === "%%") return "%";
    if (whole === "%d") return integerText(value);
    if (whole === "%s") return floatText(value);
    return whole === "%g" ? String(value) : fixedText(value, Number(digits ?? 6));
  });
}

const legendValue = define(
  "legendValue",
  "Alias",
  "Numbers of the series behind its name, such as its average and last value.",
  [seriesList, optional("valuesTypes", "string", { multiple: true })],
  (call) => {
    const types = call.rest(1).map(valueText);
    const lastType = types.at(-1);
    const system = lastType === "si" || lastType === "binary" ? lastType : undefined;
    const wanted = system === undefined ? types : types.slice(0, -1);
    return renameEach(call, (series) =>
      wanted.reduce((name, type) => withValue(name, type, series, system), series.name),
    );
  },
);

function withValue(
  name: string,
  type: string,
  { values }: Series,
  system: UnitSystem | undefined,
): string {
  const aggregate = aggregates.get(type);
  const value = aggregate?.(values) ?? NaN;
  const isMissing = Number.isNaN(value);
  if (system === undefined) {
    const plain = type === "count" ? integerText(value) : floatText(value);
    return `${name} (${type}: ${aggregate === undefined ? "(?)" : isMissing ? "None" : plain})`;
  }
  const shown = aggregate === undefined ? "(?)" : isMissing ? "None" : formatUnits(value, system);
  return `${name.padEnd(20)}${type.padEnd(5)}${shown.padEnd(10)}`;
}

const cactiStyle = define(
  "cactiStyle",
  "Special",
  "Last, greatest and least value behind the name, in columns.",
  [
    seriesList,
    optional("system", "string", { options: ["si", "binary"] }),
    optional("units", "string"),
  ],
  (call) => {
    const system = call.optionalText(1) ?? "";
    const units = call.optionalText(2) ?? "";
    if (system !== "" && !isUnitSystem(system)) {
      throw new GraphiteError(
        "bad-argument",
        `There is no system ${quoted(system)}; known are si, binary.`,
      );
    }
    const format = (value: number): string => {
      if (isUnitSystem(system)) return formatUnits(value, system, units);
      return `${fixedText(value, 2)}${units === "" ? "" : ` ${units}`}`;
    };
    const rows = call.list().map(({ values }) => [last(values), max(values), min(values)]);
    const widths = [0, 1, 2].map(
      (column) =>
        3 +
        Math.max(
          0,
          ...rows.map((row) => {
            const whole = Math.trunc(row[column] ?? NaN);
            return format(row[column] === 0 || Number.isNaN(whole) ? 3 : whole).length;
          }),
        ),
    );
    const nameWidth = Math.max(0, ...call.list().map(({ name }) => name.length));
    return call.list().map((series, i) => {
      const [current = "", greatest = "", least = ""] = (rows[i] ?? []).map((value, column) =>
        (Number.isNaN(value) ? "nan" : format(value)).padEnd(widths[column] ?? 0),
      );
      const name = `${series.name.padEnd(nameWidth)} Current:${current} Max:${greatest} Min:${least} `;
      return { ...series, name };
    });
  },
);

export const aliasFunctions: readonly GraphiteFunction[] = [
  alias,
  aliasByNode,
  aliasByTags,
  aliasByMetric,
  aliasSub,
  aliasQuery,
  legendValue,
  substr,
  cactiStyle,
];
