/**
 * A day of series with all that makes queries differ: counter resets, gaps, staleness markers,
 * NaN and infinities, buckets that fall, labels that match twice. The same for Prometheus and for us.
 */
import { seededRandom } from "../../src/base/random.ts";
import type { SampleColumns } from "../../src/model/index.ts";
import type { PromqlSource } from "../../src/query/promql/index.ts";
import { selectNames as selectFrom } from "../../src/query/select/index.ts";
import { finish } from "../../src/query/select/index.ts";
import { type RemoteSample, staleBits, staleMarker } from "../support/prometheus-process.ts";

export const oracleStartMs = 1_700_000_000_000;
export const oracleLengthMs = 24 * 3_600_000;
const stepMs = 15_000;

type Labels = Readonly<Record<string, string>>;
type Value = number | typeof staleMarker | undefined;

interface OracleSeries {
  readonly labels: Labels;
  readonly samples: readonly (readonly [timeMs: number, value: Exclude<Value, undefined>])[];
}

export function oracleSeries(): OracleSeries[] {
  const seeded = seededRandom(2412);
  const random = (): number => seeded.next();
  const all: OracleSeries[] = [];
  const add = (
    labels: Labels,
    valueAt: (minute: number, i: number) => Value,
    jitterMs = 0,
  ): void => {
    const samples: [number, Exclude<Value, undefined>][] = [];
    for (let i = 0; i * stepMs < oracleLengthMs; i++) {
      const value = valueAt((i * stepMs) / 60_000, i);
      const timeMs = oracleStartMs + i * stepMs + Math.floor(random() * jitterMs);
      if (value !== undefined) samples.push([timeMs, value]);
    }
    all.push({ labels, samples });
  };

  for (const job of ["api", "web"]) {
    for (const instance of ["0", "1", "2"]) {
      for (const method of ["get", "post"]) {
        for (const code of ["200", "500"]) {
          let count = Math.floor(random() * 1000);
          const resetEvery = 100 + Math.floor(random() * 150);
          add(
            { __name__: "http_requests_total", job, instance, method, code },
            (_, i) => {
              if (i % resetEvery === resetEvery - 1) count = 0;
              return (count += Math.floor(random() * 20));
            },
            1500,
          );
        }
      }
      add({ __name__: "up", job, instance }, (minute) => (minute > 60 && instance === "2" ? 0 : 1));
      add({ __name__: "build_info", job, instance, version: `1.${instance}` }, () => 1);
      add({ __name__: "mem_total", job, instance }, () => 8e9 + Number(instance));
      add({ __name__: "mem_free", job, instance }, () => Math.floor(random() * 8e9));
    }
  }
  for (const instance of ["0", "1"]) {
    const bounds = ["0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"];
    const counts = bounds.map(() => 0);
    const rows = bounds.map((): number[] => []);
    for (let i = 0; i * stepMs < oracleLengthMs; i++) {
      for (let n = 0; n < 10; n++) {
        const bucket = Math.floor(random() ** 2 * bounds.length);
        for (let b = bucket; b < bounds.length; b++) counts[b]! += 1;
      }
      for (const [b, count] of counts.entries())
        rows[b]!.push(count - (i % 50 === 7 && b === 3 ? 9 : 0));
    }
    for (const [b, le] of bounds.entries()) {
      add({ __name__: "latency_seconds_bucket", instance, le }, (_, i) => rows[b]![i]);
    }
    add({ __name__: "latency_seconds_count", instance }, (_, i) => rows.at(-1)![i]);
    add({ __name__: "latency_seconds_sum", instance }, (_, i) => rows.at(-1)![i]! * 0.4);
  }
  for (const [b, le] of ["-1", "0", "1", "+Inf"].entries()) {
    add({ __name__: "below_zero_bucket", le }, (minute) => (b + 1) * 10 + minute);
  }
  for (const le of ["1", "2"]) add({ __name__: "no_inf_bucket", le }, () => Number(le));
  for (const le of ["1", "odd", "+Inf"]) add({ __name__: "odd_bucket", le }, () => 3);
  for (const [le, count] of [
    ["1", 0],
    ["+Inf", 0],
  ] as const) {
    add({ __name__: "empty_bucket", le }, () => count);
  }

  for (const [r, room] of ["a", "b", "c", "d"].entries()) {
    add(
      { __name__: "temperature", room, floor: String(r % 2) },
      (minute) => Math.round((20 * Math.sin(minute / 7 + r) + r + random()) * 100) / 100,
    );
  }
  add({ __name__: "odd", kind: "nan" }, (minute) => (minute % 10 < 3 ? NaN : minute));
  add({ __name__: "odd", kind: "inf" }, (minute) => (minute % 20 < 2 ? Infinity : minute));
  add({ __name__: "odd", kind: "neginf" }, (minute) => (minute % 30 < 4 ? -Infinity : -minute));
  add({ __name__: "odd", kind: "tiny" }, (minute) => minute * 1e-9);
  add({ __name__: "odd", kind: "huge" }, (minute) => minute * 1e22);
  add({ __name__: "odd", kind: "zero" }, () => 0);
  add({ __name__: "odd", kind: "negzero" }, () => -0);
  add({ __name__: "allnan" }, () => NaN);
  add({ __name__: "flat" }, () => 5);
  add({ __name__: "steps", n: "1" }, (minute) => Math.floor(minute / 5));
  add({ __name__: "steps", n: "2" }, (minute) => Math.floor(minute / 3));
  add({ __name__: "gappy", n: "1" }, (minute) => (minute > 30 && minute < 42 ? undefined : minute));
  add({ __name__: "gappy", n: "2" }, (minute) => (minute % 9 < 5 ? minute : undefined));
  add({ __name__: "sparse" }, (_, i) => (i % 16 === 0 ? i : undefined));
  add({ __name__: "lonely" }, (_, i) => (i === 200 ? 1 : undefined));
  add({ __name__: "going", n: "1" }, (minute) =>
    minute < 40 ? minute : minute < 41 ? staleMarker : minute > 70 ? minute : undefined,
  );
  add({ __name__: "going", n: "2" }, (minute, i) => (i % 40 === 39 ? staleMarker : minute));
  add({ __name__: "limit", method: "get", tier: "gold" }, () => 100);
  add({ __name__: "limit", method: "post", tier: "" }, () => 50);
  add({ __name__: "twice", x: "1", y: "1" }, () => 1);
  add({ __name__: "twice", x: "1", y: "2" }, () => 2);
  add({ __name__: "taking_turns", side: "l" }, (minute) => (minute < 30 ? 1 : undefined));
  add({ __name__: "taking_turns", side: "r" }, (minute) => (minute > 50 ? 2 : undefined));
  for (const seconds of [0, 951_782_400, 1_078_012_800, 1_709_210_096, -86_401, 4_102_444_799]) {
    add({ __name__: "dates", of: String(seconds) }, () => seconds);
  }
  add({ __name__: "labels", src: "source-value-10", dst: "original" }, () => 1);
  add({ __name__: "labels", src: "source-value-20", dst: "original" }, () => 2);
  add({ __name__: "labels", src: 'ünïcode "quoted"', dst: "original" }, () => 3);
  // A label that Kale's index would take for the path.
  add({ __name__: "container", name: "db" }, () => 7);
  add({ __name__: "container", name: "cache" }, () => 8);
  return all;
}

/** In the order of time, since Prometheus takes nothing older than an hour. */
export function* oracleBatches(all: readonly OracleSeries[]): Generator<RemoteSample[]> {
  const sliceMs = 20 * 60_000;
  for (let fromMs = oracleStartMs; fromMs < oracleStartMs + oracleLengthMs; fromMs += sliceMs) {
    yield all.flatMap(({ labels, samples }) =>
      samples
        .filter(([timeMs]) => timeMs >= fromMs && timeMs < fromMs + sliceMs)
        .map(([timeMs, value]) => ({ labels, timeMs, value })),
    );
  }
}

/** The same series for our evaluator. */
export function oracleSource(all: readonly OracleSeries[]): PromqlSource {
  const columns = new Map<string, SampleColumns>();
  for (const { labels, samples } of all) columns.set(seriesName(labels), columnsOf(samples));
  const names = [...columns.keys()].sort();
  return {
    select: (selector) => Promise.resolve(finish(selectFrom(names, selector))),
    read(name, { fromMs, untilMs }) {
      const found = columns.get(name);
      if (found === undefined) return Promise.resolve(undefined);
      const from = found.timesMs.findIndex((timeMs) => timeMs >= fromMs);
      const until = found.timesMs.findLastIndex((timeMs) => timeMs < untilMs) + 1;
      const end = from < 0 ? 0 : until;
      const start = Math.max(0, from);
      return Promise.resolve({
        timesMs: found.timesMs.slice(start, end),
        values: found.values.slice(start, end),
      });
    },
  };
}

function seriesName(labels: Labels): string {
  const tags = Object.entries(labels).filter(([key, value]) => key !== "__name__" && value !== "");
  const sorted = tags.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return labels["__name__"]! + sorted.map(([key, value]) => `;${key}=${value}`).join("");
}

function columnsOf(samples: OracleSeries["samples"]): SampleColumns {
  const timesMs = Float64Array.from(samples, ([timeMs]) => timeMs);
  const values = new Float64Array(samples.length);
  const bits = new BigUint64Array(values.buffer);
  for (const [i, [, value]] of samples.entries()) {
    if (value === staleMarker) bits[i] = staleBits;
    else values[i] = value;
  }
  return { timesMs, values };
}
