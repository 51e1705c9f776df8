/**
 * kale seed: sends a sample series over UDP MessagePack and another over TCP pickle, then verifies
 * over HTTP that every sample has arrived.
 *
 * The original's seed_data did the same, but numbered its samples into the future and could not
 * fail. Ours end now, stay within the maximum age, and are compared one by one.
 */
import { closedPorts } from "./closed-ports.ts";
import { readBack } from "./reading-back.ts";
import { UsageError, type Command, type CommandIo, type OptionSpec } from "./command.ts";
import { optionHelp, readOptions, wholeOption } from "./options.ts";
import { encodeMessagePack, encodePickleFrame, packDatagrams, type Sample } from "./send/encode.ts";
import { TcpSender, UdpSender } from "./send/senders.ts";

/** With one sample per second this stays below the default maximum age of 1000 s. */
const sampleCount = 900;
const patienceMs = 10_000;
/** Datagrams are lost where the listener is flooded. */
const datagramPauseMs = 5;

const options: readonly OptionSpec[] = [
  { flag: "--host", placeholder: "HOST", doc: "Where Kale runs; 127.0.0.1 by default." },
  { flag: "--port-msgpack", placeholder: "N", doc: "Its port for MessagePack; 2025 by default." },
  { flag: "--port-pickle", placeholder: "N", doc: "Its port for pickle; 2024 by default." },
  { flag: "--port-webapp", placeholder: "N", doc: "Its port for the page; 1500 by default." },
];

export const seedCommand: Command = {
  name: "seed",
  summary: "sends sample series to a running Kale and verifies that they arrived",
  help: `usage: kale seed [OPTION…]

Sends ${sampleCount} samples, one per second up to now, as horizon.test.udp over UDP MessagePack and as
horizon.test.pickle over TCP pickle; then asks Kale for both and compares every value.

${optionHelp(options)}

Exit status: 0 when all has arrived, 1 when not; each line says which way failed and why.
`,
  options,
  async run(args, io) {
    const { values, words } = readOptions(args, options);
    if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is not expected here`);
    const port = (name: string, standard: number): number =>
      wholeOption(values, `port-${name}`, { standard, min: 1, max: 65_535 });
    const host = values.get("host") ?? "127.0.0.1";
    return await seed(io, {
      host,
      msgpackPort: port("msgpack", 2025),
      picklePort: port("pickle", 2024),
      baseUrl: `http://${host.includes(":") ? `[${host}]` : host}:${port("webapp", 1500)}`,
    });
  },
};

interface SeedTarget {
  readonly host: string;
  readonly msgpackPort: number;
  readonly picklePort: number;
  readonly baseUrl: string;
}

async function seed(io: CommandIo, target: SeedTarget): Promise<number> {
  const endMs = Math.floor(io.clock.nowMs() / 1000) * 1000;
  const ways = [
    {
      protocol: "msgpack",
      title: `UDP MessagePack, port ${target.msgpackPort}`,
      samples: sampleSeries("horizon.test.udp", endMs),
      send: sendMessagePack,
    },
    {
      protocol: "pickle",
      title: `TCP pickle, port ${target.picklePort}`,
      samples: sampleSeries("horizon.test.pickle", endMs),
      send: sendPickle,
    },
  ];
  const closed = await closedPorts(target.baseUrl);
  let failedCount = 0;
  for (const { protocol, title, samples, send } of ways) {
    const failure = await send(target, samples)
      .then(async () => await verify(target.baseUrl, samples))
      .then((missing) => (missing === undefined ? undefined : (closed.get(protocol) ?? missing)))
      .catch((error: unknown) => `could not be sent: ${String(error)}`);
    if (failure !== undefined) failedCount += 1;
    io.stdout.write(`${failure === undefined ? "ok   " : "FAIL "} ${title}: `);
    io.stdout.write(`${failure ?? `${samples.length} samples of ${samples[0]?.name ?? ""}`}\n`);
  }
  if (failedCount > 0) io.stdout.write("kale doctor may tell more.\n");
  return failedCount === 0 ? 0 : 1;
}

/** A day's wave told in a quarter of an hour: low before dawn, a morning and an evening height. */
export function sampleSeries(name: string, endMs: number): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i < sampleCount; i++) {
    const turn = (2 * Math.PI * i) / sampleCount;
    const wave =
      9000 - 3500 * Math.cos(turn) - 1200 * Math.cos(2 * turn) + 40 * Math.sin(37 * turn);
    samples.push({ name, timeMs: endMs - (sampleCount - 1 - i) * 1000, value: Math.round(wave) });
  }
  return samples;
}

async function sendMessagePack(target: SeedTarget, samples: readonly Sample[]): Promise<void> {
  const sender = new UdpSender({ host: target.host, port: target.msgpackPort });
  try {
    for (const datagram of packDatagrams(samples.map(encodeMessagePack))) {
      await sender.send(datagram);
      await new Promise((resolve) => setTimeout(resolve, datagramPauseMs));
    }
  } finally {
    sender.close();
  }
}

async function sendPickle(target: SeedTarget, samples: readonly Sample[]): Promise<void> {
  const sender = await TcpSender.connect({ host: target.host, port: target.picklePort });
  try {
    await sender.send(encodePickleFrame(samples));
  } finally {
    await sender.close();
  }
}

/** @returns what is wrong, undefined where nothing is */
async function verify(baseUrl: string, samples: readonly Sample[]): Promise<string | undefined> {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return "nothing was sent";
  return await readBack({
    baseUrl,
    name: first.name,
    fromMs: first.timeMs,
    untilMs: last.timeMs + 1000,
    values: samples.map(({ value }) => value),
    patienceMs,
  });
}
