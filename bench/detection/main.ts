/**
 * What the streaming detector costs and says, on files of your own:
 *
 *     node bench/detection/main.ts FOLDER…
 *
 * Every .csv and .csv.gz of the folders runs through a detector with its default settings, as `kale detect
 * --stream` would run it. JSON on stdout: CPU per row (reading not included), bytes per series, and how
 * many rows of each file score at least 0.25, 0.375 and 0.5, which is one row in 100, in 1,000 and in 10,000
 * of a healthy series. How to get from scores to the figures of docs/detection.md is told there.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Detector, DetectorState, stateBytes } from "../../src/analyzer/index.ts";
import { readHeader, readRow } from "../../src/cli/detect-stream.ts";

const thresholds = [0.25, 0.375, 0.5] as const;

interface Series {
  readonly seconds: Float64Array;
  readonly values: Float64Array;
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write("usage: node bench/detection/main.ts FOLDER…\n");
  process.exit(2);
}

const detector = new Detector(new DetectorState(1));
const files: Record<string, Record<string, number>> = {};
let rowCount = 0;
let cpuMicros = 0;
for (const folder of folders) {
  for (const name of readdirSync(folder).sort()) {
    if (!/\.csv(\.gz)?$/.test(name)) continue;
    const series = readSeries(join(folder, name));
    const scores = new Float64Array(series.values.length);
    detector.state.clear(0);
    const before = process.cpuUsage();
    for (let i = 0; i < scores.length; i++) {
      scores[i] = detector.judge(0, series.seconds[i]!, series.values[i]!);
    }
    const used = process.cpuUsage(before);
    cpuMicros += used.user + used.system;
    rowCount += scores.length;
    files[`${basename(folder)}/${name}`] = countOf(scores);
  }
}
const figures = {
  fileCount: Object.keys(files).length,
  rowCount,
  cpuMicrosPerRow: Math.round((100 * cpuMicros) / rowCount) / 100,
  bytesPerSeries: stateBytes,
  files,
};
process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);

function countOf(scores: Float64Array): Record<string, number> {
  const counts: Record<string, number> = { rows: scores.length };
  for (const threshold of thresholds) {
    counts[`atLeast${threshold}`] = scores.filter((score) => score >= threshold).length;
  }
  return counts;
}

function readSeries(path: string): Series {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const header = readHeader(head);
  if (!header.ok) throw new Error(`${path}: the first line ${header.fault}`);
  const rows = lines.flatMap((line) => {
    const row = readRow(line, header.columns);
    return row.ok ? [row] : [];
  });
  return {
    seconds: Float64Array.from(rows, (row) => row.seconds),
    values: Float64Array.from(rows, (row) => row.value),
  };
}
