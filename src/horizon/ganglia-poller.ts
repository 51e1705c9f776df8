/**
 * Asks gmond or gmetad for its XML every so often: connects, reads to the end, lets go.
 *
 * One poll at a time; it begins where the last one ended, `everyMs` after that began. An answer that
 * is compressed (gmond's `gzip_output`) tells so by its first bytes. While the intake is full no poll
 * is begun, since what would be read had to be held. A peer that stalls, or sends more than
 * `answerBytesMax`, is let go and said to be a problem.
 */
import { connect, type Socket } from "node:net";
import { createGunzip } from "node:zlib";
import type { Intake } from "./intake.ts";
import type { GangliaTarget } from "./settings.ts";
import type { Source } from "./source.ts";

export interface GangliaPollerOptions {
  readonly everyMs: number;
  /** Silence of a peer after which it is let go. */
  readonly stallMs: number;
  /** Of the XML, unpacked. */
  readonly answerBytesMax: number;
}

const gzipMagic = [0x1f, 0x8b] as const;

export class GangliaPoller {
  readonly #source: Source;
  readonly #intake: Intake;
  readonly #target: GangliaTarget;
  readonly #options: GangliaPollerOptions;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;

  constructor(
    source: Source,
    intake: Intake,
    target: GangliaTarget,
    options: GangliaPollerOptions,
  ) {
    this.#source = source;
    this.#intake = intake;
    this.#target = target;
    this.#options = options;
  }

  /** E.g. "polls gmond.example:8649". */
  get address(): string {
    const { host, port } = this.#target;
    return `polls ${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /** Why the last poll failed, for a person. */
  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#poll(), this.#options.everyMs);
    this.#poll();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#socket?.destroy();
  }

  #poll(): void {
    if (this.#socket !== undefined || this.#intake.isFull) return;
    const stream = this.#source.openStream(() => undefined);
    const socket = connect(this.#target);
    this.#socket = socket;
    let problem: string | undefined;
    let readBytes = 0;
    const fail = (reason: string): void => {
      problem ??= `${this.address}: ${reason}`;
      socket.destroy();
    };
    const read = (bytes: Buffer): void => {
      readBytes += bytes.length;
      if (readBytes > this.#options.answerBytesMax) {
        fail(`sent more than ${this.#options.answerBytesMax} bytes`);
      } else if (!this.#source.readChunk(stream, bytes)) fail("what it sent is not Ganglia's XML");
    };
    const finish = (): void => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#source.endStream(stream);
      if (problem === undefined && readBytes === 0) problem = `${this.address}: sent nothing`;
      // Being stopped is not the peer's problem.
      if (this.#timer !== undefined) this.#problem = problem;
    };
    let unpack: ReturnType<typeof createGunzip> | undefined;
    socket.setTimeout(this.#options.stallMs, () => fail("stalled"));
    socket.on("error", (error) => fail(error.message));
    socket.once("data", (first: Buffer) => {
      if (first[0] !== gzipMagic[0] || first[1] !== gzipMagic[1]) {
        read(first);
        socket.on("data", read);
        return;
      }
      unpack = createGunzip();
      unpack.on("data", read);
      unpack.on("error", (error) => fail(error.message));
      unpack.on("close", finish);
      unpack.write(first);
      socket.pipe(unpack);
    });
    socket.on("close", () => {
      if (unpack === undefined) finish();
      else if (problem !== undefined || !socket.readableEnded) unpack.destroy();
    });
  }
}
