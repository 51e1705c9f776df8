/**
 * What collectd's write_http plugin posts, in each of its three formats: bytes in, rows out.
 *
 *     JSON      [ { values, dsnames, time, host, plugin, plugin_instance, type, type_instance } ]
 *     Command   PUTVAL "host/plugin-instance/type-instance" interval=1.0 time:value:value CR LF
 *     KAIROSDB  [ { name, datapoints: [ [ms, value] ], tags } ]
 *
 * The first two give the names of collectd-name.ts, the third its own `name;tag=value`, without tags
 * that are empty. A value of null, or `U` in a command, was not measured: it is passed over, and
 * never a zero.
 *
 * Source: collectd manual, collectd.conf(5), plugin write_http; collectd-unixsock(5), PUTVAL;
 * kairosdb.github.io, "Add Data Points".
 */
import { statedCounter, statedGauge } from "../model/index.ts";
import { CollectdName } from "./collectd-name.ts";
import type { CollectdFault } from "./collectd-packet.ts";
import { collectdTypes, type CollectdTypes } from "./collectd-types.ts";
import {
  exampleOf,
  itemsOf,
  type Json,
  memberOf,
  numberOf,
  parseJson,
  textOf,
} from "./json-body.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

/** What was handed on. A sink may refuse rows by age or value: count there what it took. */
export interface CollectdCounts {
  readonly sampleCount: number;
  /** Values that the sender could not measure. */
  readonly unmeasuredCount: number;
  readonly refusedCount: number;
}

/** `sampleCount`, `unmeasuredCount` and the fault of one value list or command. */
interface Outcome {
  samples: number;
  unmeasured: number;
  fault: CollectdFault | undefined;
}

export function readCollectdJson(body: Uint8Array, sink: RowSink<CollectdFault>): CollectdCounts {
  const name = new CollectdName();
  return readItems(body, sink, (item, outcome) => readValueList(item, outcome, name, sink));
}

export function readKairosDbJson(body: Uint8Array, sink: RowSink<CollectdFault>): CollectdCounts {
  const name = new TaggedNameWriter();
  return readItems(body, sink, (item, outcome) => readKairosItem(item, outcome, name, sink));
}

export function readCollectdCommands(
  body: Uint8Array,
  sink: RowSink<CollectdFault>,
  types: CollectdTypes = collectdTypes,
): CollectdCounts {
  const name = new CollectdName();
  const counts = { sampleCount: 0, unmeasuredCount: 0, refusedCount: 0 };
  const decoder = new TextDecoder();
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(0x0a, start);
    const end = found < 0 ? body.length : found;
    const line = decoder.decode(body.subarray(start, Math.min(end, start + commandBytesMax + 1)));
    if (line.trim() !== "") {
      const outcome: Outcome = { samples: 0, unmeasured: 0, fault: undefined };
      if (end - start > commandBytesMax) outcome.fault = "bad-command";
      else outcome.fault = readCommand(line.trim(), outcome, types, name, sink);
      add(counts, outcome);
      if (outcome.fault !== undefined) sink.fault(outcome.fault, body, start, end);
    }
    start = end + 1;
  }
  return counts;
}

/** Far above what a value list needs. */
const commandBytesMax = 16_384;

function readItems(
  body: Uint8Array,
  sink: RowSink<CollectdFault>,
  readItem: (item: Json, outcome: Outcome) => CollectdFault | undefined,
): CollectdCounts {
  const counts = { sampleCount: 0, unmeasuredCount: 0, refusedCount: 0 };
  const parsed = parseJson(body);
  if (!Array.isArray(parsed)) {
    sink.fault("bad-json", body, 0, body.length);
    return { ...counts, refusedCount: 1 };
  }
  for (const item of itemsOf(parsed)) {
    const outcome: Outcome = { samples: 0, unmeasured: 0, fault: undefined };
    outcome.fault = readItem(item, outcome);
    add(counts, outcome);
    if (outcome.fault === undefined) continue;
    const example = exampleOf(item);
    sink.fault(outcome.fault, example, 0, example.length);
  }
  return counts;
}

function add(counts: { -readonly [Key in keyof CollectdCounts]: number }, outcome: Outcome): void {
  counts.sampleCount += outcome.samples;
  counts.unmeasuredCount += outcome.unmeasured;
  if (outcome.fault !== undefined) counts.refusedCount += 1;
}

function readValueList(
  item: Json,
  outcome: Outcome,
  name: CollectdName,
  sink: RowSink<CollectdFault>,
): CollectdFault | undefined {
  const values = itemsOf(memberOf(item, "values"));
  const sources = itemsOf(memberOf(item, "dsnames"));
  const host = textOf(memberOf(item, "host"));
  const plugin = textOf(memberOf(item, "plugin"));
  const type = textOf(memberOf(item, "type"));
  if (host === "" || plugin === "" || type === "") return "missing-name";
  const seconds = numberOf(memberOf(item, "time"));
  if (!Number.isFinite(seconds)) return "bad-time";
  if (values.length === 0) return "bad-values";
  name.clear();
  name.text("", host);
  name.text(".", plugin);
  name.text("-", textOf(memberOf(item, "plugin_instance")));
  name.text(".", type);
  name.text("-", textOf(memberOf(item, "type_instance")));
  const texts = values.map((value, i) => textOf(sources[i]) || `value${i}`);
  const kinds = itemsOf(memberOf(item, "dstypes")).map(textOf);
  return writeValues(values, { texts, kinds }, timeMsOf(seconds), outcome, name, sink);
}

/** Rows of one value list, whose name so far is in `name`. */
function writeValues(
  values: readonly Json[],
  { texts, kinds }: { readonly texts: readonly string[]; readonly kinds: readonly string[] },
  timeMs: number,
  outcome: Outcome,
  name: CollectdName,
  sink: RowSink<CollectdFault>,
): CollectdFault | undefined {
  const { length: nameLength } = name;
  let fault: CollectdFault | undefined;
  for (const [i, value] of values.entries()) {
    if (value === null || value === "U") {
      outcome.unmeasured += 1;
      continue;
    }
    const number = numberOf(value);
    name.cut(nameLength);
    if (values.length > 1) name.text(".", texts[i] ?? `value${i}`);
    const length = name.compose();
    if (Number.isNaN(number)) fault = "bad-value";
    else if (length === 0) fault = "long-name";
    else {
      outcome.samples += 1;
      sink.row(name.bytes, 0, length, timeMs, number, statedOf(kinds[i] ?? "", number));
    }
  }
  return fault;
}

/**
 * A total is a whole number; where it has a fraction the sender stores rates, and says "derive" all the same.
 * Commands name no kinds.
 */
function statedOf(kind: string, value: number): number {
  if (kind === "gauge" || kind === "absolute") return statedGauge;
  if (kind !== "derive" && kind !== "counter") return 0;
  return Number.isInteger(value) ? statedCounter : statedGauge;
}

/** `PUTVAL identifier option=value ... time:value:value ...`; the identifier may be quoted. */
function readCommand(
  line: string,
  outcome: Outcome,
  types: CollectdTypes,
  name: CollectdName,
  sink: RowSink<CollectdFault>,
): CollectdFault | undefined {
  const parts = /^PUTVAL\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))\s+(\S.*)$/i.exec(line);
  if (parts === null) return "bad-command";
  const identifier = (parts[1]?.replaceAll(/\\(.)/g, "$1") ?? parts[2] ?? "").split("/");
  const [host = "", plugin = "", ...typeParts] = identifier;
  const type = typeParts.join("/");
  if (host === "" || plugin === "" || type === "") return "missing-name";
  const sources = types.get(type.split("-")[0] ?? "") ?? [];
  let fault: CollectdFault | undefined;
  for (const word of (parts[3] ?? "").split(/\s+/)) {
    if (word.includes("=")) continue;
    const [time = "", ...values] = word.split(":");
    const seconds = time === "N" ? NaN : numberOf(time);
    if (Number.isNaN(seconds) && time !== "N") return "bad-time";
    if (values.length === 0) return "bad-values";
    name.clear();
    name.text("", host);
    name.text(".", plugin);
    name.text(".", type);
    fault =
      writeValues(values, { texts: sources, kinds: [] }, timeMsOf(seconds), outcome, name, sink) ??
      fault;
  }
  return fault;
}

function readKairosItem(
  item: Json,
  outcome: Outcome,
  name: TaggedNameWriter,
  sink: RowSink<CollectdFault>,
): CollectdFault | undefined {
  const metric = textOf(memberOf(item, "name"));
  if (metric === "") return "missing-name";
  name.clear();
  name.headText(metric);
  const tags = memberOf(item, "tags");
  if (typeof tags === "object" && tags !== null) {
    for (const [key, value] of Object.entries(tags)) name.tagText(key, textOf(value));
  }
  const length = name.compose();
  if (length === 0) return "long-name";
  const points = memberOf(item, "datapoints");
  // One point may stand in the item itself.
  const single = [memberOf(item, "timestamp"), memberOf(item, "value")];
  let fault: CollectdFault | undefined;
  for (const point of points === undefined ? [single] : itemsOf(points)) {
    const [time, value] = Array.isArray(point) ? (point as unknown[]) : [];
    const timeMs = numberOf(time);
    const number = numberOf(value);
    if (!Number.isFinite(timeMs)) fault = "bad-time";
    else if (value === null) outcome.unmeasured += 1;
    else if (Number.isNaN(number)) fault = "bad-value";
    else {
      outcome.samples += 1;
      sink.row(name.bytes, 0, length, Math.floor(timeMs), number);
    }
  }
  return fault;
}

/** As in seconds.ts, but -1 is no "now" here. */
function timeMsOf(seconds: number): number {
  return Math.floor(seconds * 1000 + 0.0005);
}
