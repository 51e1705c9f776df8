/**
 * How small and how fast chunks are, by kind of series: `node src/kernel/chunk.bench.ts`.
 *
 * Prints JSON: bytes per sample with times, and CPU nanoseconds per sample, the least of the rounds.
 */
import { chunkBytesMax, chunkSampleCountMax, decodeChunk, encodeChunk } from "./index.ts";
import { mixtureKinds, type SeriesKind, seriesKinds, valuesOf } from "./mixture.fixture.ts";

export interface ChunkFigures {
  readonly bytesPerSample: number;
  readonly encodeNs: number;
  readonly decodeNs: number;
}

export interface ChunkBenchOptions {
  readonly sampleCount: number;
  readonly roundCount: number;
}

const chunkSampleCount = 120;

export function measureChunks(
  kinds: readonly SeriesKind[],
  options: ChunkBenchOptions,
): ChunkFigures {
  const { sampleCount, roundCount } = options;
  const timesMs = Float64Array.from({ length: sampleCount }, (unused, k) => 1.7e12 + k * 10_000);
  const columns = kinds.map((kind, i) => {
    const next = valuesOf(kind, i + 1);
    return Float64Array.from({ length: sampleCount }, next);
  });
  const chunkCount = (kinds.length * sampleCount) / chunkSampleCount;
  const out = new Uint8Array(
    chunkCount * chunkSampleCount * 9 + chunkBytesMax(chunkSampleCountMax),
  );
  const offsets = new Uint32Array(chunkCount);
  const backMs = new Float64Array(sampleCount);
  const back = new Float64Array(sampleCount);

  let encodeNs = Infinity;
  let decodeNs = Infinity;
  let byteCount = 0;
  for (let round = 0; round < roundCount; round++) {
    const begin = process.cpuUsage();
    let at = 0;
    let chunk = 0;
    for (const values of columns) {
      for (let from = 0; from < sampleCount; from += chunkSampleCount) {
        offsets[chunk++] = at;
        at += encodeChunk(timesMs, values, from, chunkSampleCount, out, at);
      }
    }
    byteCount = at;
    const middle = process.cpuUsage();
    for (let i = 0; i < chunkCount; i++) {
      decodeChunk(out, offsets[i]!, backMs, back, (i * chunkSampleCount) % sampleCount);
    }
    const end = process.cpuUsage();
    const total = kinds.length * sampleCount;
    encodeNs = Math.min(encodeNs, nanosecondsFrom(begin, middle) / total);
    decodeNs = Math.min(decodeNs, nanosecondsFrom(middle, end) / total);
  }
  return {
    bytesPerSample: rounded(byteCount / (kinds.length * sampleCount)),
    encodeNs: rounded(encodeNs),
    decodeNs: rounded(decodeNs),
  };
}

function nanosecondsFrom(begin: NodeJS.CpuUsage, end: NodeJS.CpuUsage): number {
  return (end.user + end.system - begin.user - begin.system) * 1000;
}

function rounded(n: number): number {
  return Math.round(n * 1000) / 1000;
}

if (import.meta.main) {
  const options = { sampleCount: 8640, roundCount: 9 };
  const figures: Record<string, ChunkFigures> = {
    mixture: measureChunks(mixtureKinds(100), options),
  };
  for (const kind of seriesKinds) {
    figures[kind] = measureChunks(new Array<SeriesKind>(20).fill(kind), options);
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}
