/**
 * A graphite-web, or what answers like it, over its API: names from /metrics/index.json or
 * /metrics/find, samples from /render.
 *
 * `--ganglia` takes over what Oculus' script ganglia_to_skyline gave Skyline: below the roots
 * `ganglia.*`, each `*.sum`, without gmetad's `__SummaryInfo__`, names as they are. Where that script
 * sent a null as 0 there is a gap here.
 */
import type { TimeRange } from "../../model/index.ts";
import { readGraphiteAnswer } from "../../wire/index.ts";
import { UsageError } from "../command.ts";
import { ProblemLedger } from "./problem-ledger.ts";
import { RemoteReader, tokenOption } from "./remote-reader.ts";
import { ImportError, type ImportedSeries, type ImportSourceKind } from "./source.ts";
import { timePieces } from "./time-pieces.ts";

/** Series that are asked for at once: a day of them at 10 s is some 20 MB. */
const seriesPerQuestion = 50;
/** Deeper trees are cut: a finder that answers every pattern would be walked for ever. */
const depthMax = 40;

export const graphiteSourceKind: ImportSourceKind = {
  name: "graphite",
  help: "URL     a graphite-web, or what answers as it does",
  example: "graphite http://graphite:8080 --query 'servers.*.cpu.*' --data /var/lib/kale",
  options: [
    {
      flag: "--query",
      placeholder: "PATTERN",
      doc: "Only what Graphite finds by it, and all below that, or seriesByTag(…); all unless given.",
    },
    {
      flag: "--ganglia",
      placeholder: "",
      doc: "What ganglia_to_skyline took: ganglia.*.*.*.sum without summaries.",
    },
    tokenOption,
  ],
  open({ words, given, wants, settings, clock }) {
    const reader = new RemoteReader(words[0], given.get("token-file"));
    if (words.length > 1) throw new UsageError("one URL is imported at a time");
    const isGanglia = given.get("ganglia") === "true";
    const problems = new ProblemLedger();
    return {
      identity: reader.url,
      itemsPerStep: 10 * seriesPerQuestion,
      async items() {
        const names = isGanglia
          ? await gangliaNames(reader)
          : await namesOf(reader, given.get("query"));
        return names.filter(wants).sort();
      },
      async *read(names, range): AsyncGenerator<ImportedSeries> {
        const nowMs = clock.nowMs();
        const pieces = timePieces(
          {
            fromMs: Math.max(range.fromMs, nowMs - settings.retentionMs),
            untilMs: Math.min(range.untilMs, nowMs + settings.futureMaxMs),
          },
          nowMs,
        );
        for (let at = 0; at < names.length; at += seriesPerQuestion) {
          const some = names.slice(at, at + seriesPerQuestion);
          for (const piece of pieces) yield* renderSeries(reader, some, piece, problems);
        }
      },
      problem: () => problems.tell("series", "could not be read"),
      close: () => Promise.resolve(),
    };
  },
};

async function* renderSeries(
  reader: RemoteReader,
  names: readonly string[],
  range: TimeRange,
  problems: ProblemLedger,
): AsyncGenerator<ImportedSeries> {
  const parameters = new URLSearchParams();
  for (const name of names) parameters.append("target", targetOf(name));
  parameters.set("format", "json");
  // There the start does not belong to the range, and the end does.
  parameters.set("from", String(Math.floor(range.fromMs / 1000) - 1));
  parameters.set("until", String(Math.ceil(range.untilMs / 1000)));
  const answer = await reader.post("/render", parameters);
  const read = answer.ok ? readGraphiteAnswer(answer.json, range) : undefined;
  if (read !== undefined) {
    const isAsked = new Set(names);
    for (const series of read.series) if (isAsked.has(series.name)) yield series;
    return;
  }
  const [only] = names;
  if (names.length > 1) {
    const half = names.length >> 1;
    yield* renderSeries(reader, names.slice(0, half), range, problems);
    yield* renderSeries(reader, names.slice(half), range, problems);
  } else if (only !== undefined) {
    problems.note(answer.ok ? "no-answer-of-render" : answer.fault, only);
  }
}

/** Names are paths; braces and stars in them would be patterns, which no series is called by. */
function targetOf(name: string): string {
  const [path = "", ...tags] = name.split(";");
  if (tags.length === 0) return name;
  const conditions = [`name=${path}`, ...tags].map((tag) => `'${tag.replaceAll("'", "\\'")}'`);
  return `seriesByTag(${conditions.join(",")})`;
}

async function namesOf(reader: RemoteReader, query: string | undefined): Promise<string[]> {
  if (query === undefined) {
    const answer = await reader.get("/metrics/index.json", new URLSearchParams());
    // Series with tags are no part of the tree.
    const tagged = await taggedNames(reader, ["name=~.+"]);
    if (answer.ok && isTextList(answer.json)) return [...new Set([...answer.json, ...tagged])];
  }
  const byTag = /^\s*seriesByTag\((.*)\)\s*$/s.exec(query ?? "");
  if (byTag?.[1] !== undefined) {
    const expressions = [...byTag[1].matchAll(/"([^"]*)"|'([^']*)'/g)];
    return await taggedNames(
      reader,
      expressions.map(([, double, single]) => double ?? single ?? ""),
    );
  }
  const found = new Set<string>();
  await walk(reader, query ?? "*", found, 0);
  if (found.size > 0 || query !== undefined) return [...found];
  throw new ImportError("IMPORT_REFUSED", `${reader.url} tells no names: is it a graphite-web?`);
}

async function walk(
  reader: RemoteReader,
  pattern: string,
  found: Set<string>,
  depth: number,
): Promise<void> {
  for (const { path, isLeaf } of await find(reader, pattern)) {
    if (isLeaf) found.add(path);
    else if (depth < depthMax) await walk(reader, `${path}.*`, found, depth + 1);
  }
}

/** @returns none where there are no tags, or nobody who knows of them */
async function taggedNames(
  reader: RemoteReader,
  expressions: readonly string[],
): Promise<string[]> {
  const parameters = new URLSearchParams();
  for (const expression of expressions) parameters.append("expr", expression);
  const answer = await reader.get("/tags/findSeries", parameters);
  return answer.ok && isTextList(answer.json) ? answer.json : [];
}

/** `ganglia.CLUSTER.HOST.METRIC.sum`: as the script, root by root, to keep answers small. */
async function gangliaNames(reader: RemoteReader): Promise<string[]> {
  const names: string[] = [];
  for (const cluster of await find(reader, "ganglia.*")) {
    for (const { path, isLeaf } of await find(reader, `${cluster.path}.*.*.sum`)) {
      if (isLeaf && !path.includes("__SummaryInfo__")) names.push(path);
    }
  }
  return names;
}

interface FoundNode {
  readonly path: string;
  readonly isLeaf: boolean;
}

/** A node may be a leaf and a branch: graphite-web tells it twice. */
async function find(reader: RemoteReader, pattern: string): Promise<FoundNode[]> {
  const parameters = new URLSearchParams({ query: pattern, format: "completer" });
  const answer = await reader.get("/metrics/find", parameters);
  const metrics = answer.ok && isRecord(answer.json) ? answer.json["metrics"] : undefined;
  if (!Array.isArray(metrics)) {
    const said = answer.ok ? "something else" : answer.fault;
    throw new ImportError("IMPORT_REFUSED", `${reader.url}/metrics/find answers ${said}`);
  }
  return (metrics as readonly unknown[]).flatMap((metric) => {
    if (!isRecord(metric) || typeof metric["path"] !== "string") return [];
    const path = metric["path"].replace(/\.$/, "");
    return [{ path, isLeaf: [1, true, "1"].includes(metric["is_leaf"] as string) }];
  });
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
