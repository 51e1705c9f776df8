/**
 * Takes the datagrams of one port.
 *
 * A datagram cannot be asked to wait: one that comes while the intake is full is dropped whole and
 * counted. Bursts wait in the kernel's buffer, which is asked to be large; what it throws away is
 * counted too, where the system tells.
 *
 * Where it listens on all addresses, it joins its protocol's multicast group on each of the machine's
 * interfaces, and shares the port with whoever else does, as the protocol's own daemons do.
 */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Intake } from "./intake.ts";
import { kernelDropCount } from "./kernel-drops.ts";
import type { Listener } from "./listener.ts";
import { giveBack } from "./read-buffer.ts";
import type { Source } from "./source.ts";

export interface UdpListenerOptions {
  readonly receiveBufferBytes: number;
}

export class UdpListener implements Listener {
  readonly transport = "udp";
  /** Datagrams come without a client. */
  readonly clientCount = 0;
  readonly pausedClientCount = 0;
  readonly #source: Source;
  readonly #intake: Intake;
  readonly #options: UdpListenerOptions;
  #socket: Socket | undefined;

  constructor(source: Source, intake: Intake, options: UdpListenerOptions) {
    this.#source = source;
    this.#intake = intake;
    this.#options = options;
  }

  listen(address: string, port: number): Promise<number> {
    const group = this.#groupFor(address);
    const reuseAddr = group !== undefined;
    const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", reuseAddr });
    return new Promise((resolve, reject) => {
      socket.once("error", (error) => {
        socket.close();
        reject(error);
      });
      socket.bind({ address, port }, () => {
        socket.removeAllListeners("error");
        socket.on("error", (error) => this.#source.refusePeer("socket-error", error.message));
        this.#widen(socket);
        if (group !== undefined) this.#join(socket, group);
        this.#socket = socket;
        resolve(socket.address().port);
      });
      socket.on("message", (bytes) => this.#read(bytes));
    });
  }

  get missedCount(): number {
    if (this.#socket === undefined) return 0;
    const { port, family } = this.#socket.address();
    return kernelDropCount(port, family === "IPv6");
  }

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return Promise.resolve();
    return new Promise((resolve) => socket.close(() => resolve()));
  }

  #read(bytes: Buffer): void {
    if (this.#intake.isFull) this.#source.dropDatagram();
    else this.#source.readDatagram(bytes);
    giveBack(bytes);
  }

  #groupFor(address: string): string | undefined {
    const groups = this.#source.multicastGroups;
    if (address === "0.0.0.0") return groups?.ipv4;
    return address === "::" ? groups?.ipv6 : undefined;
  }

  /** An interface that has no multicast is no reason not to listen on the others. */
  #join(socket: Socket, group: string): void {
    const family = isIPv6(group) ? "IPv6" : "IPv4";
    for (const [name, addresses] of Object.entries(networkInterfaces())) {
      const own = addresses?.find((address) => address.family === family);
      if (own === undefined) continue;
      try {
        socket.addMembership(group, family === "IPv6" ? `::%${name}` : own.address);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#source.refusePeer("socket-error", `${name}: ${reason}`);
      }
    }
  }

  #widen(socket: Socket): void {
    try {
      socket.setRecvBufferSize(this.#options.receiveBufferBytes);
    } catch {
      // Some systems refuse what is beyond their limit, where Linux gives what it may: their own
      // size serves too.
    }
  }
}
