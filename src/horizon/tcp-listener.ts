/**
 * Serves the TCP clients of one port, all at once.
 *
 * While the intake is full, clients are paused: their bytes stay in the kernel, whose window then
 * holds the sender. A client that sends nothing for `idleTimeoutMs`, because it is gone or its
 * connection is half open, is dropped and counted; time during which we paused it does not count.
 */
import { createServer, type Server, type Socket } from "node:net";
import { beginsLikeHttp, type HttpAddress, HttpTunnel } from "./http-tunnel.ts";
import type { Intake } from "./intake.ts";
import type { Listener } from "./listener.ts";
import type { Source } from "./source.ts";
import { WideReads } from "./wide-reads.ts";

/** A peer whose machine is gone is found by the kernel's probes, from this long after its last byte. */
const keepAliveMs = 60_000;

/** What a client may leave unread of our answers. */
const unreadBytesMax = 64 << 10;

export interface TcpListenerOptions {
  readonly idleTimeoutMs: number;
  readonly clientCountMax: number;
  /** Where requests go that come on this port; missing where its protocol shares it with none. */
  readonly httpAt?: HttpAddress | undefined;
}

export class TcpListener implements Listener {
  readonly transport = "tcp";
  /** The system asks senders to wait instead. */
  readonly missedCount = 0;
  readonly #source: Source;
  readonly #intake: Intake;
  readonly #options: TcpListenerOptions;
  readonly #server: Server;
  readonly #reads = new WideReads();
  readonly #clients = new Set<Socket>();

  constructor(source: Source, intake: Intake, options: TcpListenerOptions) {
    this.#source = source;
    this.#intake = intake;
    this.#options = options;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#serve(socket));
    intake.onFull(() => this.#pauseAll());
    intake.onRoom(() => this.#resumeAll());
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  get pausedClientCount(): number {
    return this.#intake.isFull ? this.#clients.size : 0;
  }

  listen(address: string, port: number): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: address, port }, () => {
        server.off("error", reject);
        // Later errors are of single accepts, e.g. too many open files.
        server.on("error", (error) => this.#source.refusePeer("socket-error", error.message));
        const bound = server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const closings = Array.from(
      this.#clients,
      (socket) => new Promise((resolve) => socket.once("close", resolve)),
    );
    for (const socket of this.#clients) socket.destroy();
    await new Promise<void>((resolve) => {
      // Answers with an error where it never listened; there is nothing to do then.
      this.#server.close(() => resolve());
    });
    await Promise.all(closings);
  }

  #serve(accepted: Socket): void {
    // The address is gone once the socket is closed.
    const { remoteAddress: address = "", remotePort = 0 } = accepted;
    const peer = `${address === "" ? "?" : address}:${remotePort}`;
    if (this.#clients.size >= this.#options.clientCountMax) {
      this.#source.refusePeer("too-many-clients", peer);
      accepted.destroy();
      return;
    }
    const { httpAt } = this.#options;
    let isFirst = httpAt !== undefined;
    let tunnel: HttpTunnel | undefined;
    const socket = this.#reads.of(accepted, (bytes) => {
      if (isFirst && httpAt !== undefined && beginsLikeHttp(bytes)) {
        const onProblem = (message: string): void =>
          this.#source.refusePeer("socket-error", `${peer} ${message}`);
        tunnel = new HttpTunnel(socket, { at: httpAt, address, onProblem });
      }
      isFirst = false;
      if (tunnel !== undefined) tunnel.write(bytes);
      else if (!this.#source.readChunk(stream, bytes)) socket.destroy();
    });
    const stream = this.#source.openStream((text) => {
      // One that sends and never reads is not worth holding answers for.
      if (socket.writable && socket.writableLength < unreadBytesMax) socket.write(text);
    });
    this.#clients.add(socket);
    socket.setKeepAlive(true, keepAliveMs);
    socket.setTimeout(this.#options.idleTimeoutMs);
    socket.on("timeout", () => {
      if (this.#intake.isFull) return;
      this.#source.refusePeer("idle-client", peer);
      socket.destroy();
    });
    socket.on("error", (error) =>
      this.#source.refusePeer("socket-error", `${peer} ${error.message}`),
    );
    socket.on("close", () => {
      this.#clients.delete(socket);
      this.#source.endStream(stream);
    });
    if (!this.#intake.isFull) socket.resume();
  }

  #pauseAll(): void {
    for (const socket of this.#clients) socket.pause();
  }

  #resumeAll(): void {
    for (const socket of this.#clients) {
      socket.setTimeout(this.#options.idleTimeoutMs);
      socket.resume();
    }
  }
}
