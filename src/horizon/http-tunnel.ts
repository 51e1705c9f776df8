/**
 * HTTP on a port of lines: OpenTSDB has one port for both, and so senders and dashboards are given 4242.
 * A connection that begins like a request is handed to the webapp as it is, in both directions.
 *
 * The webapp sees such clients at its own address. Its limits on guessing passwords then hold for all of
 * them together.
 */
import { connect, type Socket } from "node:net";

/** Where the webapp listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
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

  /**
   * @param client     what comes from it is given to `write`; ended with the tunnel
   * @param onProblem  hears why the webapp could not be reached
   */
  constructor(client: Socket, at: HttpAddress, onProblem: (message: string) => void) {
    this.#client = client;
    this.#webapp = connect(at);
    this.#webapp.on("data", (bytes: Buffer) => {
      if (client.writable && !client.write(bytes)) this.#webapp.pause();
    });
    this.#webapp.on("drain", () => client.resume());
    this.#webapp.on("end", () => client.end());
    this.#webapp.on("error", (error) => {
      onProblem(error.message);
      client.destroy();
    });
    client.on("drain", () => this.#webapp.resume());
    client.on("end", () => this.#webapp.end());
    client.on("close", () => this.#webapp.destroy());
  }

  /** @param bytes  lent for the call */
  write(bytes: Uint8Array): void {
    if (!this.#webapp.write(Uint8Array.from(bytes))) this.#client.pause();
  }
}
