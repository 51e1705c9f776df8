/**
 * What taking in costs by every reader there is: CPU of a real Kale for a sample, in each protocol's usual way
 * of packing, through its real port or route. Small runs in one process: the figures are for comparing readers.
 *
 * A protocol is a row of `readers`: how it makes its bytes of one round of samples, and where they go.
 */
import { gzipSync } from "node:zlib";
import {
  encodeCarbon,
  encodeMessagePack,
  encodePickleFrame,
  packDatagrams,
  type Sample,
} from "../src/cli/send/encode.ts";
import { TcpSender, UdpSender } from "../src/cli/send/senders.ts";
import type { SourcesJson, StatusJson } from "../src/webapp/contract.ts";
import { numberPart, textPart, valuesPart } from "../src/wire/collectd.fixture.ts";
import {
  bytesField,
  doubleField,
  fixed64Field,
  integerField,
  varint,
} from "../src/wire/protobuf.fixture.ts";
import {
  fetchAnew,
  freePorts,
  type KaleProcess,
  startKaleProcess,
  until,
} from "../test/support/kale-process.ts";
import { plainSnappy } from "../test/support/prometheus-process.ts";
import { Fleet } from "./fleet.ts";

export interface ReaderFigures {
  readonly reader: string;
  readonly sampleCount: number;
  /** Datagrams may be; the others wait. */
  readonly lostCount: number;
  readonly bytesPerSample: number;
  readonly cpuMicrosecondsPerSample: number;
}

/** A round of samples as packets; streams and datagrams are sent one by one, bodies posted. */
type Encode = (samples: readonly Sample[]) => Uint8Array[];

type Way =
  | { readonly by: "tcp" | "udp"; readonly port: string }
  | { readonly by: "http"; readonly path: string; readonly headers: Record<string, string> };

interface Reader {
  readonly reader: string;
  /** As /kale/sources names it. */
  readonly source: string;
  readonly way: Way;
  readonly encode: Encode;
  /** Others make rows of their own of what comes, at a time of their own. */
  readonly isAggregated?: true;
}

const json = { "Content-Type": "application/json" };
const protobuf = { "Content-Type": "application/x-protobuf" };
const snappy = { ...protobuf, "Content-Encoding": "snappy" };
const v2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

const readers: readonly Reader[] = [
  stream("carbon lines over TCP", "carbon", (samples) => [encodeCarbon(samples)]),
  stream("Skyline's pickle over TCP", "pickle", (samples) =>
    slices(samples, 500).map((part) => encodePickleFrame(part)),
  ),
  stream("carbon-relay's pickle over TCP", "carbon-pickle", (samples) =>
    slices(samples, 500).map((part) => encodePickleFrame(part)),
  ),
  stream("MessagePack over TCP", "msgpack", (samples) => [
    Buffer.concat(samples.map(encodeMessagePack)),
  ]),
  datagrams("MessagePack over UDP", "msgpack", (samples) =>
    packDatagrams(samples.map(encodeMessagePack)),
  ),
  stream("OpenTSDB's put lines", "opentsdb", (samples) => [
    Buffer.from(samples.map((one) => `put ${one.name} ${one.timeMs} ${one.value} a=b\n`).join("")),
  ]),
  datagrams("collectd's packets", "collectd", collectdPackets),
  datagrams("Ganglia's packets", "ganglia", (samples) => samples.map(gangliaPacket)),
  {
    ...datagrams("StatsD lines", "statsd", (samples) =>
      packDatagrams(samples.map((one) => Buffer.from(`${one.name}:${one.value}|c\n`))),
    ),
    isAggregated: true,
  },
  posted("remote write 1", "prometheus", "/api/v1/write", snappy, remoteWriteV1),
  posted(
    "remote write 2",
    "prometheus",
    "/api/v1/write",
    { ...snappy, "Content-Type": v2 },
    remoteWriteV2,
  ),
  posted("OTLP as protobuf", "otlp", "/v1/metrics", protobuf, otlpProtobuf),
  posted("OTLP as JSON", "otlp", "/v1/metrics", json, otlpJson),
  posted("InfluxDB's lines", "influx", "/write?db=bench", {}, influxLines),
  posted(
    "InfluxDB's lines, gzip",
    "influx",
    "/write?db=bench",
    { "Content-Encoding": "gzip" },
    (samples) => influxLines(samples).map((body) => gzipSync(body)),
  ),
  posted("OpenTSDB's JSON", "opentsdb-http", "/api/put", json, (samples) =>
    slices(samples, 500).map((part) =>
      Buffer.from(
        JSON.stringify(
          part.map(({ name, timeMs, value }) => ({
            ...{ metric: name, timestamp: timeMs, value },
            tags: { a: "b" },
          })),
        ),
      ),
    ),
  ),
  posted("collectd's write_http", "collectd-http", "/collectd", json, collectdJson),
];

export async function benchReaders(options: {
  readonly seriesCount: number;
  readonly roundCount: number;
}): Promise<ReaderFigures[]> {
  const keys = ["carbon-pickle", "opentsdb", "collectd", "ganglia", "statsd"];
  const numbers = await freePorts(keys.length);
  const kale = await startKaleProcess({
    args: [
      ...["--roles", "horizon,webapp", "--no-host-metrics", "--max-age", "24h"],
      ...keys.flatMap((key, i) => [`--port-${key}`, String(numbers[i])]),
    ],
  });
  const ports = new Map<string, number>(Object.entries(kale.ports));
  for (const [i, key] of keys.entries()) ports.set(key, numbers[i]!);
  try {
    const figures: ReaderFigures[] = [];
    for (const reader of readers) figures.push(await benchReader(reader, kale, ports, options));
    return figures;
  } finally {
    await kale.end();
  }
}

async function benchReader(
  reader: Reader,
  kale: KaleProcess,
  ports: ReadonlyMap<string, number>,
  { seriesCount, roundCount }: { readonly seriesCount: number; readonly roundCount: number },
): Promise<ReaderFigures> {
  const fleet = new Fleet(seriesCount);
  const startMs = Date.now() - 10_000 * (roundCount + 1);
  const rounds = Array.from({ length: roundCount + 1 }, (_, round) =>
    reader.encode(fleet.round(startMs + 10_000 * round)),
  );
  const sender = await senderOf(reader.way, kale, ports);
  // Names are new only once, and code is cold only once; the steady state is what counts.
  for (const bytes of rounds[0]!) await sender.send(bytes);
  await settled(kale, reader, seriesCount);

  const acceptedBefore = await acceptedCount(kale, reader);
  const before = await cpuSeconds(kale);
  let sentBytes = 0;
  for (const round of rounds.slice(1)) {
    for (const bytes of round) {
      sentBytes += bytes.length;
      await sender.send(bytes);
    }
  }
  const sampleCount = seriesCount * roundCount;
  await settled(kale, reader, acceptedBefore + sampleCount);
  const accepted = (await acceptedCount(kale, reader)) - acceptedBefore;
  const cpu = (await cpuSeconds(kale)) - before;
  await sender.close();
  return {
    reader: reader.reader,
    sampleCount,
    lostCount: reader.isAggregated === true ? 0 : sampleCount - accepted,
    bytesPerSample: Math.round(sentBytes / sampleCount),
    cpuMicrosecondsPerSample: Math.round((cpu / sampleCount) * 1e8) / 100,
  };
}

interface Sender {
  send(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

async function senderOf(
  way: Way,
  kale: KaleProcess,
  ports: ReadonlyMap<string, number>,
): Promise<Sender> {
  if (way.by === "http") {
    const { path, headers } = way;
    return {
      async send(bytes) {
        const body = new Uint8Array(bytes);
        const response = await fetchAnew(kale.url + path, { method: "POST", headers, body });
        const text = await response.text();
        if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      },
      close: () => Promise.resolve(),
    };
  }
  const address = { host: "127.0.0.1", port: ports.get(way.port) ?? 0 };
  if (way.by === "tcp") return await TcpSender.connect(address);
  const sender = new UdpSender(address);
  let count = 0;
  return {
    async send(bytes) {
      await sender.send(bytes);
      // The kernel's room for datagrams is small, and it is their cost that is asked for.
      if (++count % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    },
    close() {
      sender.close();
      return Promise.resolve();
    },
  };
}

/** Until so many have come, or no more do. */
async function settled(kale: KaleProcess, reader: Reader, wanted: number): Promise<void> {
  let last = -1;
  await until(async () => {
    const now = await acceptedCount(kale, reader);
    const isDone = now >= wanted || now === last;
    last = now;
    if (!isDone) await new Promise((resolve) => setTimeout(resolve, 300));
    return isDone;
  }, 60_000);
}

async function acceptedCount(kale: KaleProcess, { source }: Reader): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources
    .filter(({ protocol }) => protocol === source)
    .reduce((sum, { accepted }) => sum + accepted, 0);
}

async function cpuSeconds(kale: KaleProcess): Promise<number> {
  return (await kale.get<StatusJson>("/kale/status")).process.cpuSeconds;
}

function stream(reader: string, source: string, encode: Encode): Reader {
  return { reader, source, way: { by: "tcp", port: source }, encode };
}

function datagrams(reader: string, source: string, encode: Encode): Reader {
  return { reader, source, way: { by: "udp", port: source }, encode };
}

function posted(
  reader: string,
  source: string,
  path: string,
  headers: Record<string, string>,
  encode: Encode,
): Reader {
  return { reader, source, way: { by: "http", path, headers }, encode };
}

/** Two values share the parts before them, as collectd sends them. */
function collectdPackets(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 20).map((part) =>
    Buffer.concat(
      part.flatMap(({ name, timeMs, value }, i) => [
        ...(i === 0
          ? [
              textPart(0, "bench"),
              numberPart(8, (BigInt(Math.floor(timeMs / 1000)) << 30n) + 0n),
              textPart(2, "fleet"),
            ]
          : []),
        textPart(4, "gauge"),
        textPart(5, name),
        valuesPart([1, value]),
      ]),
    ),
  );
}

/** A double, as gmond sends its own. */
function gangliaPacket({ name, value }: Sample): Uint8Array {
  const number = Buffer.alloc(8);
  number.writeDoubleBE(value);
  return Buffer.concat([word(135), text("bench"), text(name), word(0), text("%.2f"), number]);
}

function word(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([word(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function remoteWriteV1(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 500).map((part) =>
    plainSnappy(
      Buffer.concat(
        part.map(({ name, timeMs, value }) =>
          bytesField(
            1,
            bytesField(1, bytesField(1, "__name__"), bytesField(2, "bench_total")),
            bytesField(1, bytesField(1, "instance"), bytesField(2, "host1:9100")),
            bytesField(1, bytesField(1, "series"), bytesField(2, name)),
            bytesField(2, doubleField(1, value), integerField(2, timeMs)),
          ),
        ),
      ),
    ),
  );
}

function remoteWriteV2(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 500).map((part) => {
    const common = ["", "__name__", "bench_total", "instance", "host1:9100", "series"];
    const symbols = [...common, ...part.map(({ name }) => name)];
    const series = part.map(({ timeMs, value }, i) => {
      const references = [1, 2, 3, 4, 5, common.length + i].map((one) => varint(BigInt(one)));
      return bytesField(
        5,
        bytesField(1, ...references),
        bytesField(2, doubleField(1, value), integerField(2, timeMs)),
      );
    });
    return plainSnappy(
      Buffer.concat([...symbols.map((symbol) => bytesField(4, symbol)), ...series]),
    );
  });
}

function otlpProtobuf(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 500).map((part) => {
    const metrics = part.map(({ name, timeMs, value }) => {
      const time = fixed64Field(3, BigInt(Math.floor(timeMs)) * 1_000_000n);
      const attribute = bytesField(7, bytesField(1, "host"), bytesField(2, bytesField(1, "a")));
      return bytesField(
        2,
        bytesField(1, name),
        bytesField(5, bytesField(1, time, doubleField(4, value), attribute)),
      );
    });
    return bytesField(1, bytesField(2, ...metrics));
  });
}

function otlpJson(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 500).map((part) => {
    const metrics = part.map(({ name, timeMs, value }) => {
      const attributes = [{ key: "host", value: { stringValue: "a" } }];
      const timeUnixNano = `${Math.floor(timeMs)}000000`;
      return { name, gauge: { dataPoints: [{ timeUnixNano, asDouble: value, attributes }] } };
    });
    return Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
  });
}

function influxLines(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 500).map((part) =>
    Buffer.from(
      part
        .map(({ name, timeMs, value }) => `${name},host=a value=${value} ${timeMs}000000\n`)
        .join(""),
    ),
  );
}

function collectdJson(samples: readonly Sample[]): Uint8Array[] {
  return slices(samples, 100).map((part) =>
    Buffer.from(
      JSON.stringify(
        part.map(({ name, timeMs, value }) => ({
          values: [value],
          dstypes: ["gauge"],
          dsnames: ["value"],
          time: timeMs / 1000,
          interval: 10,
          host: "bench",
          plugin: "fleet",
          plugin_instance: "",
          type: "gauge",
          type_instance: name,
        })),
      ),
    ),
  );
}

function slices<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
