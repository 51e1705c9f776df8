/**
 * HTTP on a port of lines: OpenTSDB has one port for both, and so senders and dashboards are given 4242.
 * A connection that begins like a request is handed to the webapp as it is, in both directions.
 *
 * The webapp sees such clients at an address of this machine. So that its limits on guessing passwords
 * hold for each of them and not for all together, it is told whose connection comes before the first
 * byte of it goes there.
 */
import { connect, type Socket } from "node:net";
import type { TunnelledClient, TunnelWatch } from "../model/index.ts";

/** Where the webapp listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** Hears whose connections come; nobody does unless given. */
  readonly watch?: TunnelWatch | undefined;
}

export interface HttpTunnelOptions {
  readonly at: HttpAddress;
  /** The client's. */
  readonly address: string;
  /** Hears why the webapp could not be reached. */
  readonly onProblem: (message: string) => void;
}

const methods = ["GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE "];

/** Whether the first bytes of a connection are those of a request; no command of OpenTSDB's is one. */
export function beginsLikeHttp(bytes: Uint8Array): boolean {
  const word = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString("latin1"); // prettier-ignore
  return methods.some((method) => word.startsWith(method) && word[method.length] === "/");
}

export class HttpTunnel {
  readonly #client: Socket;
  readonly #webapp: Socket;
  readonly #options: HttpTunnelOptions;
  /** What has come before the webapp knows whose it is; the client is paused meanwhile. */
  #waiting: Uint8Array[] | undefined = [];
  #hasEnded = false;

  /** @param client  what comes from it is given to `write`; ended with the tunnel */
  constructor(client: Socket, options: HttpTunnelOptions) {
    this.#client = client;
    this.#options = options;
    const { host, port } = options.at;
    this.#webapp = connect({ host, port }, () => void this.#open());
    this.#webapp.on("data", (bytes: Buffer) => {
      if (client.writable && !client.write(bytes)) this.#webapp.pause();
    });
    this.#webapp.on("drain", () => client.resume());
    this.#webapp.on("end", () => client.end());
    this.#webapp.on("error", (error) => this.#fail(error));
    client.on("drain", () => this.#webapp.resume());
    client.on("end", () => {
      this.#hasEnded = true;
      if (this.#waiting === undefined) this.#webapp.end();
    });
    client.on("close", () => this.#webapp.destroy());
  }

  /** @param bytes  lent for the call */
  write(bytes: Uint8Array): void {
    const copy = Uint8Array.from(bytes);
    if (this.#waiting === undefined) {
      if (!this.#webapp.write(copy)) this.#client.pause();
      return;
    }
    this.#waiting.push(copy);
    this.#client.pause();
  }

  async #open(): Promise<void> {
    const { address, at } = this.#options;
    const { watch } = at;
    const { localAddress = "", localPort = 0 } = this.#webapp;
    const client: TunnelledClient = { address, viaAddress: localAddress, viaPort: localPort };
    this.#webapp.once("close", () => watch?.closed(client));
    try {
      await watch?.opened(client);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    let hasRoom = true;
    for (const bytes of waiting) hasRoom = this.#webapp.write(bytes);
    if (this.#hasEnded) this.#webapp.end();
    if (hasRoom) this.#client.resume();
  }

  #fail(error: Error): void {
    this.#options.onProblem(error.message);
    this.#client.destroy();
  }
}
