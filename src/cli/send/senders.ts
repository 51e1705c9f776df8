/** Sockets that send bytes to a listener: TCP, which waits when the other side is full, and UDP. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIPv6, type Socket } from "node:net";
import type { ListenAddress } from "../running.ts";

const connectTimeoutMs = 5000;

export class TcpSender {
  readonly #socket: Socket;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", (error) => (this.#failure = error));
    socket.on("data", () => undefined); // so that the other side's end is seen
  }

  /** Rejects with the socket's error, or after 5 s. */
  static async connect({ host, port }: ListenAddress): Promise<TcpSender> {
    const socket = connect({ host, port });
    const sender = new TcpSender(socket);
    const signal = AbortSignal.timeout(connectTimeoutMs);
    try {
      await once(socket, "connect", { signal });
      return sender;
    } catch (error) {
      socket.destroy();
      if (!signal.aborted) throw error;
      throw new Error(`no answer within ${connectTimeoutMs / 1000} s`, { cause: error });
    }
  }

  get isOpen(): boolean {
    return this.#failure === undefined && this.#socket.writable;
  }

  /** Resolves when the bytes are with the system; rejects when the connection is gone. */
  async send(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Ends politely, so that what was sent is read to its end. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, "close", { signal: AbortSignal.timeout(1000) });
    this.#socket.end();
    await closed.catch(() => this.#socket.destroy());
  }
}

export class UdpSender {
  readonly #socket: UdpSocket;
  readonly #address: ListenAddress;

  constructor(address: ListenAddress) {
    this.#address = address;
    this.#socket = createSocket(isIPv6(address.host) ? "udp6" : "udp4");
    this.#socket.on("error", () => undefined); // each send reports its own
    this.#socket.unref();
  }

  async send(datagram: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(datagram, this.#address.port, this.#address.host, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#socket.close();
  }
}
