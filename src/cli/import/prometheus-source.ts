/**
 * A Prometheus server, or what has its query API: every sample as it was scraped, by `metric{…}[length]`
 * at the end of each piece of time. Series are named as remote write names them.
 *
 * One metric's series are asked for together, in pieces of an hour at first; where an answer is too
 * large for us or for the server the piece is halved, where it is small the next one is longer.
 */
import type { TimeRange } from "../../model/index.ts";
import { readPrometheusMatrix } from "../../wire/index.ts";
import { UsageError } from "../command.ts";
import { ProblemLedger } from "./problem-ledger.ts";
import { type RemoteAnswer, RemoteReader, tokenOption } from "./remote-reader.ts";
import { ImportError, type ImportedSeries, type ImportSourceKind } from "./source.ts";

const metricsPerStep = 20;
const pieceMsFirst = 3_600_000;
const pieceMsMin = 1000;
const pieceMsMax = 7 * 86_400_000;
/** Fewer samples than this in an answer: the next piece may be twice as long. */
const samplesFew = 200_000;

export const prometheusSourceKind: ImportSourceKind = {
  name: "prometheus",
  help: "URL     a Prometheus server, or what has its query API",
  example: "prometheus http://prometheus:9090 --match '{job=\"node\"}' --data /var/lib/kale",
  options: [
    {
      flag: "--match",
      placeholder: "SELECTOR",
      doc: `Only series that match, e.g. up or {job="node"}; all unless given.`,
    },
    tokenOption,
  ],
  open({ words, given, settings, clock }) {
    const reader = new RemoteReader(words[0], given.get("token-file"));
    if (words.length > 1) throw new UsageError("one URL is imported at a time");
    const match = given.get("match");
    const selector = selectorOf(match);
    const problems = new ProblemLedger();
    const kept = (range: TimeRange): TimeRange => ({
      fromMs: Math.max(range.fromMs, clock.nowMs() - settings.retentionMs),
      untilMs: Math.min(range.untilMs, clock.nowMs()),
    });
    return {
      identity: reader.url,
      itemsPerStep: metricsPerStep,
      items: () => metricNames(reader, match ?? '{__name__=~".+"}'),
      async *read(metrics, range): AsyncGenerator<ImportedSeries> {
        for (const metric of metrics) {
          yield* readMetric(reader, selector(metric), kept(range), problems);
        }
      },
      problem: () => problems.tell("answer", "held what was left out"),
      close: () => Promise.resolve(),
    };
  },
};

/**
 * @param match  as it was given; `name`, `name{…}` or `{…}`
 * @returns for a metric's name the selector of those of its series that match
 */
function selectorOf(match: string | undefined): (metric: string) => string {
  const parts = /^\s*([a-zA-Z_:][\w:]*)?\s*(?:\{(.*)\})?\s*$/s.exec(match ?? "{}");
  if (parts === null) {
    throw new UsageError(`--match: ${JSON.stringify(match)} is no selector, as up or {job="node"}`);
  }
  const inner = (parts[2] ?? "").trim();
  return (metric) => `{__name__=${JSON.stringify(metric)}${inner === "" ? "" : `,${inner}`}}`;
}

async function metricNames(reader: RemoteReader, match: string): Promise<string[]> {
  const parameters = new URLSearchParams({ "match[]": match, start: "0" });
  const answer = await reader.get("/api/v1/label/__name__/values", parameters);
  const names = answer.ok && isRecord(answer.json) ? answer.json["data"] : undefined;
  if (Array.isArray(names)) {
    return (names as readonly unknown[]).filter((name) => typeof name === "string").sort();
  }
  throw new ImportError("IMPORT_REFUSED", `${reader.url} tells no names of metrics: ${toldBy(answer)}`); // prettier-ignore
}

async function* readMetric(
  reader: RemoteReader,
  selector: string,
  range: TimeRange,
  problems: ProblemLedger,
): AsyncGenerator<ImportedSeries> {
  let pieceMs = pieceMsFirst;
  for (let fromMs = range.fromMs; fromMs < range.untilMs;) {
    const piece = { fromMs, untilMs: Math.min(range.untilMs, fromMs + pieceMs) };
    const answer = await reader.post("/api/v1/query", rawQuery(selector, piece));
    if (!answer.ok && answer.fault === "too-much" && pieceMs > pieceMsMin) {
      pieceMs = Math.max(pieceMsMin, pieceMs / 2);
      continue;
    }
    const read = answer.ok ? readPrometheusMatrix(answer.json, piece) : undefined;
    if (read === undefined) {
      const message = `${reader.url} does not answer ${selector}: ${toldBy(answer)}`;
      throw new ImportError("IMPORT_REFUSED", message);
    }
    if (read.unmeasuredCount > 0) problems.note("values-that-are-no-number", selector);
    if (read.namelessCount > 0) problems.note("names-that-cannot-be-kept", selector);
    yield* read.series;
    const count = read.series.reduce((sum, { columns }) => sum + columns.timesMs.length, 0);
    if (count < samplesFew) pieceMs = Math.min(pieceMsMax, 2 * pieceMs);
    fromMs = piece.untilMs;
  }
}

/** The moment itself belongs to the answer; whether the start does changed in version 3. */
function rawQuery(selector: string, { fromMs, untilMs }: TimeRange): URLSearchParams {
  const lengthMs = Math.ceil(untilMs) - Math.floor(fromMs) + 1;
  const time = (Math.ceil(untilMs) / 1000).toFixed(3);
  return new URLSearchParams({ query: `${selector}[${lengthMs}ms]`, time });
}

function toldBy(answer: RemoteAnswer): string {
  return answer.ok ? "the answer has another form" : answer.message;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
