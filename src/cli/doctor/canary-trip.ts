/** The doctor's trip through a running Kale: a sample through each protocol, read back over HTTP. */
import type { Clock } from "../../base/clock.ts";
import { closedPorts } from "../closed-ports.ts";
import { readBack } from "../reading-back.ts";
import { encodeCarbon, encodeMessagePack, encodePickleFrame, type Sample } from "../send/encode.ts";
import { TcpSender, UdpSender } from "../send/senders.ts";
import type { Settings } from "../settings.ts";
import type { Finding } from "./finding.ts";

const patienceMs = 5000;

export interface CanaryTrip {
  readonly isRunning: boolean;
  /** Protocol → why the Kale that runs does not listen for it. */
  readonly closed: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

export async function canaryFindings(settings: Settings, clock: Clock): Promise<CanaryTrip> {
  const host = reachableHost(settings.bindAddress);
  const baseUrl = `http://${host.includes(":") ? `[${host}]` : host}:${settings.webappPort}`;
  const subject = `Kale at ${baseUrl}`;
  if (settings.webappPort === 0 || !(await answersAsKale(baseUrl))) {
    const message = "does not run, so nothing was sent";
    return { isRunning: false, closed: new Map(), findings: [{ state: "ok", subject, message }] };
  }
  const findings: Finding[] = [{ state: "ok", subject, message: "runs" }];
  const closed = await closedPorts(baseUrl);
  const ways = [
    {
      way: "carbon",
      port: settings.carbonPort,
      send: async (sample: Sample) =>
        await overTcp(host, settings.carbonPort, encodeCarbon([sample])),
    },
    {
      way: "msgpack",
      port: settings.msgpackPort,
      send: async (sample: Sample) =>
        await overUdp(host, settings.msgpackPort, encodeMessagePack(sample)),
    },
    {
      way: "pickle",
      port: settings.picklePort,
      send: async (sample: Sample) =>
        await overTcp(host, settings.picklePort, encodePickleFrame([sample])),
    },
  ];
  for (const { way, port, send } of ways) {
    if (port === 0) continue;
    if (closed.has(way)) {
      const message = "not sent, since its port is not open";
      findings.push({ state: "warn", subject: `canary by ${way}`, message });
      continue;
    }
    const timeMs = Math.floor(clock.nowMs() / 1000) * 1000;
    const sample = { name: `kale.doctor.${way}`, timeMs, value: timeMs % 86_400_000 };
    const startedMs = clock.elapsedMs();
    const failure = await send(sample)
      .then(async () => await lookFor(baseUrl, sample))
      .catch((error: unknown) => `could not be sent: ${String(error)}`);
    const tookMs = Math.round(clock.elapsedMs() - startedMs);
    findings.push(
      failure === undefined
        ? { state: "ok", subject: `canary by ${way}`, message: `came back within ${tookMs} ms` }
        : {
            state: "fail",
            subject: `canary by ${way}`,
            message: failure,
            remedy: `look at ${baseUrl}/sources: it shows what was refused, and why`,
          },
    );
  }
  return { isRunning: true, closed, findings };
}

/** @returns what is wrong, undefined where the sample is there */
async function lookFor(baseUrl: string, sample: Sample): Promise<string | undefined> {
  const { name, timeMs, value } = sample;
  const range = { fromMs: timeMs, untilMs: timeMs + 1000 };
  return await readBack({ baseUrl, name, ...range, values: [value], patienceMs });
}

async function answersAsKale(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/kale/summary`, { signal: AbortSignal.timeout(2000) });
    return (
      response.ok && typeof ((await response.json()) as { metrics?: unknown }).metrics === "number"
    );
  } catch {
    return false;
  }
}

async function overTcp(host: string, port: number, bytes: Uint8Array): Promise<void> {
  const sender = await TcpSender.connect({ host, port });
  try {
    await sender.send(bytes);
  } finally {
    await sender.close();
  }
}

async function overUdp(host: string, port: number, bytes: Uint8Array): Promise<void> {
  const sender = new UdpSender({ host, port });
  try {
    await sender.send(bytes);
  } finally {
    sender.close();
  }
}

/** Where to reach what listens on every address. */
function reachableHost(bindAddress: string): string {
  if (bindAddress === "0.0.0.0") return "127.0.0.1";
  return bindAddress === "::" ? "::1" : bindAddress;
}
