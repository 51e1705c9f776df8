/** Functions that move series in time, or make one of the time itself. */
import { parseAtTime, parseTimeOffset } from "../at-time.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { seededRandom } from "../../../base/random.ts";
import { hashName } from "../../../model/index.ts";
import { makeSeries, renamed, type Series, tagged } from "../series.ts";
import type { TimeZone } from "../../../base/time-zone.ts";
import { alsoCalled, define, optional, required, seriesList, shiftSuggestions } from "./define.ts";

const timeShift = define(
  "timeShift",
  "Transform",
  "The series as it was so long before, drawn over the range.",
  [
    seriesList,
    required("timeShift", "interval", { suggestions: shiftSuggestions }),
    optional("resetEnd", "boolean", { default: true }),
    optional("alignDst", "boolean", { default: false }),
  ],
  async (call) => {
    const [first] = call.list();
    if (first === undefined) return [];
    const text = backwards(call.text(1));
    const shift = parseTimeOffset(text);
    const { fromSeconds, untilSeconds } = call.scope;
    const correction = call.flag(3) ? clockChange(call, shift) : 0;
    const scope = call.scopeAt({
      fromSeconds: fromSeconds + shift + correction,
      untilSeconds: untilSeconds + shift + correction,
    });
    return (await call.evaluator.again(scope)).map((series) => {
      const { start } = first;
      const end = call.flag(2) ? first.end : series.end - series.start + start;
      const name = `timeShift(${series.name}, "${text}")`;
      return { ...tagged(series, "timeShift", text), name, start, end };
    });
  },
);

/** Without a sign, what lies before is meant. */
function backwards(text: string): string {
  return /^\d/.test(text) ? `-${text}` : text;
}

/** An hour where clocks were changed between then and now. */
function clockChange(call: Call, shift: number): number {
  const { zone } = call.evaluator;
  const { fromSeconds, untilSeconds } = call.scope;
  const isSummerNow = isSummer(zone, fromSeconds) && isSummer(zone, untilSeconds);
  const isWinterNow = !isSummer(zone, fromSeconds) && !isSummer(zone, untilSeconds);
  const wasSummer = isSummer(zone, fromSeconds + shift) && isSummer(zone, untilSeconds + shift);
  const wasWinter = !isSummer(zone, fromSeconds + shift) && !isSummer(zone, untilSeconds + shift);
  if (isSummerNow && wasWinter) return 3600;
  return isWinterNow && wasSummer ? -3600 : 0;
}

/** Whether walls are ahead of what they show at another time of the year. */
function isSummer(zone: TimeZone, seconds: number): boolean {
  const halfYear = 182 * 86_400;
  const offset = zone.offsetSeconds(seconds);
  return (
    offset >
    Math.min(zone.offsetSeconds(seconds + halfYear), zone.offsetSeconds(seconds - halfYear))
  );
}

const timeStack = define(
  "timeStack",
  "Transform",
  "The series as it was once, twice, ... so long before, drawn over each other.",
  [
    seriesList,
    optional("timeShiftUnit", "interval", { default: "1d", suggestions: shiftSuggestions }),
    optional("timeShiftStart", "integer", { default: 0 }),
    optional("timeShiftEnd", "integer", { default: 7 }),
  ],
  async (call) => {
    const [first] = call.list();
    if (first === undefined) return [];
    const unit = backwards(call.text(1));
    const shift = parseTimeOffset(unit);
    const made: Series[] = [];
    for (let times = call.number(2); times < call.number(3); times++) {
      const fromSeconds = call.scope.fromSeconds + shift * times;
      const untilSeconds = call.scope.untilSeconds + shift * times;
      for (const series of await call.evaluator.again(
        call.scopeAt({ fromSeconds, untilSeconds }),
      )) {
        const named = renamed(series, `timeShift(${series.name}, ${unit}, ${times})`);
        const marked = tagged(tagged(named, "timeShiftUnit", unit), "timeShift", String(times));
        made.push({ ...marked, start: first.start, end: first.end });
      }
      call.evaluator.budget.takeCall();
    }
    return made;
  },
);

const timeSlice = define(
  "timeSlice",
  "Transform",
  "Leaves out what lies before one moment or after another.",
  [
    seriesList,
    required("startSliceAt", "date"),
    optional("endSliceAt", "date", { default: "now" }),
  ],
  (call) => {
    const from = parseAtTime(call.text(1), call.evaluator);
    const until = parseAtTime(call.text(2), call.evaluator);
    const { fromSeconds } = call.scope;
    return call.each(call.list(), (series) => {
      const values = series.values.map((value, i) => {
        const time = fromSeconds + i * series.step;
        return time < from || time > until ? NaN : value;
      });
      const marked = tagged(
        tagged(series, "timeSliceStart", String(from)),
        "timeSliceEnd",
        String(until),
      );
      return { ...marked, name: `timeSlice(${series.name}, ${from}, ${until})`, values };
    });
  },
);

const stepSeconds = optional("step", "integer", { default: 60 });
const nameOfSeries = required("name", "string");

const timeFunction = define(
  "timeFunction",
  "Transform",
  "The time itself, in seconds.",
  [nameOfSeries, stepSeconds],
  (call) => ofTime(call, call.number(1), (seconds) => seconds),
);

const sinFunction = define(
  "sinFunction",
  "Transform",
  "The sine of the time in seconds.",
  [nameOfSeries, optional("amplitude", "integer", { default: 1 }), stepSeconds],
  (call) => ofTime(call, call.number(2), (seconds) => Math.sin(seconds) * call.number(1)),
);

const randomWalkFunction = define(
  "randomWalkFunction",
  "Special",
  "A line that goes up or down by chance; of one name and one beginning always the same.",
  [nameOfSeries, stepSeconds],
  (call) => {
    const bytes = new TextEncoder().encode(call.text(0));
    const random = seededRandom(hashName(bytes, 0, bytes.length) ^ call.scope.fromSeconds);
    let level = 0;
    return ofTime(call, call.number(1), () => {
      const value = level;
      level += random.next() - 0.5;
      return value;
    });
  },
);

function ofTime(call: Call, step: number, make: (seconds: number) => number): readonly Series[] {
  if (step < 1) throw new GraphiteError("bad-argument", "A step has at least one second.");
  const { fromSeconds: start, untilSeconds: end, xFilesFactor } = call.scope;
  const length = Math.max(0, Math.ceil((end - start) / step));
  call.takePoints(length);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = make(start + i * step);
  return [makeSeries({ name: call.text(0), start, end, step, values, xFilesFactor })];
}

export const timeFunctions: readonly GraphiteFunction[] = [
  timeShift,
  timeStack,
  timeSlice,
  timeFunction,
  alsoCalled("time", timeFunction),
  sinFunction,
  alsoCalled("sin", sinFunction),
  randomWalkFunction,
  alsoCalled("randomWalk", randomWalkFunction),
];
