/**
 * The site's present: every 10 s each series is sent as a real sender would send it.
 *
 *     web, queue                          Carbon's plain text over TCP
 *     host                                Skyline's MessagePack over UDP, several in a datagram
 *     business, payment, database, cache  pickle frames over TCP
 *
 * A step that could not be sent is sent with the next one; after a minute it is given up, and told.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { ListenAddress, RunningAddresses } from "../running.ts";
import {
  encodeCarbon,
  encodeMessagePack,
  encodePickleFrame,
  packDatagrams,
  type Sample,
} from "../send/encode.ts";
import { TcpSender, UdpSender } from "../send/senders.ts";
import type { Family } from "./fleet.ts";
import type { Site } from "./site.ts";
import { stepMs } from "./site-values.ts";

/** As many as carbon-relay puts into a frame. */
const frameSampleCount = 500;
const giveUpStepCount = 6;

type Protocol = "carbon" | "msgpack" | "pickle";

const protocolOf: Readonly<Record<Family, Protocol>> = {
  web: "carbon",
  queue: "carbon",
  host: "msgpack",
  business: "pickle",
  payment: "pickle",
  database: "pickle",
  cache: "pickle",
};

export interface LiveFeedOptions {
  readonly site: Site;
  readonly addresses: RunningAddresses;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The first step to send; steps that have passed already are sent at once. */
  readonly fromMs: number;
}

export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #channels: ReadonlyMap<Protocol, Channel>;
  readonly #bySeries: readonly Channel[];
  #nextStepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    const { carbon, msgpack, pickle } = options.addresses;
    this.#channels = new Map<Protocol, Channel>([
      ["carbon", new Channel(carbon, (samples) => [encodeCarbon(samples)], "tcp")],
      [
        "msgpack",
        new Channel(msgpack, (samples) => packDatagrams(samples.map(encodeMessagePack)), "udp"),
      ],
      ["pickle", new Channel(pickle, pickleFrames, "tcp")],
    ]);
    const usable = [...this.#channels.values()].filter(({ isUsable }) => isUsable);
    const [fallback = new Channel(undefined, () => [], "tcp")] = usable;
    this.#bySeries = options.site.families.map((family) => {
      const channel = this.#channels.get(protocolOf[family]) ?? fallback;
      return channel.isUsable ? channel : fallback;
    });
    this.#nextStepMs = options.fromMs;
  }

  start(): void {
    const tick = (): void => {
      this.#sending ??= this.sendDue().finally(() => (this.#sending = undefined));
    };
    tick();
    this.#timer = setInterval(tick, 1000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    for (const channel of this.#channels.values()) await channel.close();
  }

  /** Sends every step that is due and not yet sent. */
  async sendDue(): Promise<void> {
    const { site, clock, logger } = this.#options;
    const nowMs = clock.nowMs();
    while (this.#nextStepMs <= nowMs) {
      const timeMs = this.#nextStepMs;
      for (const [series, channel] of this.#bySeries.entries()) {
        const value = site.valueAt(series, timeMs);
        const name = site.names[series] ?? "";
        if (!Number.isNaN(value)) channel.add({ name, timeMs, value });
      }
      this.#nextStepMs += stepMs;
      const limit = giveUpStepCount * site.names.length;
      for (const [protocol, channel] of this.#channels) {
        const failure = await channel.flush(limit);
        if (failure !== undefined)
          logger.warn(`the demo could not send by ${protocol}`, { cause: failure });
      }
    }
  }
}

/** One protocol's connection and what waits for it. */
class Channel {
  readonly isUsable: boolean;
  readonly #address: ListenAddress | undefined;
  readonly #encode: (samples: readonly Sample[]) => readonly Uint8Array[];
  readonly #transport: "tcp" | "udp";
  #waiting: Sample[] = [];
  #tcp: TcpSender | undefined;
  #udp: UdpSender | undefined;

  constructor(
    address: ListenAddress | undefined,
    encode: (samples: readonly Sample[]) => readonly Uint8Array[],
    transport: "tcp" | "udp",
  ) {
    this.isUsable = address !== undefined;
    this.#address = address;
    this.#encode = encode;
    this.#transport = transport;
  }

  add(sample: Sample): void {
    this.#waiting.push(sample);
  }

  /**
   * Sends what waits; keeps at most `sampleCountMax` where that fails.
   * @returns why it failed
   */
  async flush(sampleCountMax: number): Promise<string | undefined> {
    const samples = this.#waiting;
    if (samples.length === 0 || this.#address === undefined) return undefined;
    this.#waiting = [];
    try {
      for (const bytes of this.#encode(samples)) await this.#send(bytes, this.#address);
      return undefined;
    } catch (error) {
      this.#waiting = samples.slice(-sampleCountMax);
      await this.close();
      return String(error);
    }
  }

  async #send(bytes: Uint8Array, address: ListenAddress): Promise<void> {
    if (this.#transport === "udp") {
      this.#udp ??= new UdpSender(address);
      await this.#udp.send(bytes);
      return;
    }
    if (this.#tcp?.isOpen !== true) this.#tcp = await TcpSender.connect(address);
    await this.#tcp.send(bytes);
  }

  async close(): Promise<void> {
    this.#udp?.close();
    this.#udp = undefined;
    await this.#tcp?.close();
    this.#tcp = undefined;
  }
}

function pickleFrames(samples: readonly Sample[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let from = 0; from < samples.length; from += frameSampleCount) {
    frames.push(encodePickleFrame(samples.slice(from, from + frameSampleCount)));
  }
  return frames;
}
