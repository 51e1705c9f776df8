/** What the TCP and the UDP listener of a port have in common. */

export interface Listener {
  readonly transport: "tcp" | "udp";
  readonly clientCount: number;
  readonly pausedClientCount: number;
  /** Datagrams that the system had no room for before we saw them. */
  readonly missedCount: number;
  /**
   * @param port  0 is a free one
   * @returns the port it listens on; rejects with the system's error
   */
  listen(address: string, port: number): Promise<number>;
  /** Stops listening and lets go of its clients; harmless where it never listened. */
  close(): Promise<void>;
}

/** Where senders of a protocol send to unless they are told a host. */
export interface MulticastGroups {
  readonly ipv4: string;
  readonly ipv6?: string;
}

/** Why a port could not be opened, and what to do, for the person who started the program. */
export function listenProblem(
  error: unknown,
  place: {
    readonly key: string;
    readonly transport: string;
    readonly address: string;
    readonly port: number;
  },
): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const port = `port ${place.port} (${place.transport})`;
  const remedy = `move it with --port-${place.key} N, or turn it off with 0`;
  switch (code) {
    case "EADDRINUSE":
      return `${port} is already taken by another program; ${remedy}`;
    case "EACCES":
      return `${port} may not be opened by this user; ${remedy}`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${place.address} is no address of this machine; name one that is with --bind`;
    default:
      return `${port} could not be opened (${code}); ${remedy}`;
  }
}
