/**
 * A real Prometheus as a child process on a free port and a temporary folder; and remote write into
 * it, slowly and obviously: protobuf without a library, snappy that only says "these bytes".
 */
import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bytesField, integerField, varint } from "../../src/wire/protobuf.fixture.ts";
import { freePorts, temporaryFolder, until } from "./kale-process.ts";
import { prometheusPath } from "./requirements.ts";

export interface PrometheusProcess {
  /** e.g. "http://127.0.0.1:40123" */
  readonly url: string;
  readonly pid: number;
  output(): string;
  end(): Promise<void>;
}

export interface PrometheusProcessOptions {
  /** YAML; nothing is scraped unless it says so. */
  readonly config?: string;
  readonly args?: readonly string[];
  /** Kept when given; else a temporary folder that goes with the process. */
  readonly dataFolder?: string;
  /** A free one unless given. */
  readonly port?: number;
}

/** Resolves when it answers queries. */
export async function startPrometheus(
  options: PrometheusProcessOptions = {},
): Promise<PrometheusProcess> {
  const folder = await temporaryFolder();
  const port = options.port ?? (await freePorts(1))[0]!;
  const configFile = join(folder, "prometheus.yml");
  await writeFile(configFile, options.config ?? "global:\n  evaluation_interval: 1m\n");
  const child = spawn(
    prometheusPath,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.dataFolder ?? join(folder, "data")}`,
      "--storage.tsdb.retention.time=100y",
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.args ?? []),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended:\n${output}`);
    return await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
  }, 60_000).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`${String(error)}\n${output}`);
  });
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    async end() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One sample of one series; `staleMarker` for its end. */
export interface RemoteSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly timeMs: number;
  readonly value: number | typeof staleMarker;
}

export const staleMarker = "stale";
export const staleBits = 0x7ff0000000000002n;

/** Writes into the receiver of a Prometheus, or of anything that speaks remote write 1. */
export async function remoteWrite(
  baseUrl: string,
  samples: readonly RemoteSample[],
): Promise<Response> {
  const series = new Map<string, RemoteSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(sample.labels);
    const known = series.get(key);
    if (known === undefined) series.set(key, [sample]);
    else known.push(sample);
  }
  const body = Buffer.concat(Array.from(series.values(), seriesField));
  return await fetch(`${baseUrl}/api/v1/write`, {
    method: "POST",
    headers: {
      "Content-Encoding": "snappy",
      "Content-Type": "application/x-protobuf",
      "X-Prometheus-Remote-Write-Version": "0.1.0",
    },
    body: plainSnappy(body),
  });
}

function seriesField(samples: readonly RemoteSample[]): Uint8Array {
  const labels = Object.entries(samples[0]!.labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => bytesField(1, bytesField(1, name), bytesField(2, value)));
  const written = samples.map(({ timeMs, value }) =>
    bytesField(2, bitsField(1, value), integerField(2, timeMs)),
  );
  return bytesField(1, ...labels, ...written);
}

function bitsField(field: number, value: RemoteSample["value"]): Uint8Array {
  const bytes = Buffer.alloc(8);
  if (value === staleMarker) bytes.writeBigUInt64LE(staleBits);
  else bytes.writeDoubleLE(value);
  return Buffer.concat([varint(BigInt(field * 8 + 1)), bytes]);
}

/** The block format with literals only. */
export function plainSnappy(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [varint(BigInt(body.length))];
  for (let at = 0; at < body.length; at += 65_536) {
    const piece = body.subarray(at, at + 65_536);
    const length = Buffer.alloc(3);
    length.writeUInt8(61 << 2);
    length.writeUInt16LE(piece.length - 1, 1);
    parts.push(length, piece);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
