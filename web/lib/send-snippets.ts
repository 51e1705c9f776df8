/** How to send metrics to this very Kale: lines to copy, with its own host and ports in them. */

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Snippet {
  readonly title: string;
  /** Where it goes or what it needs, one sentence. */
  readonly note: string;
  readonly text: string;
  /** It is one command that a shell takes as it is, and sends a sample. */
  readonly isCommand?: true;
}

/**
 * Where senders on another machine, or on this one, reach a listener.
 *
 * @param addresses  as the server gives them, e.g. "tcp 127.0.0.1:2003", "udp [::]:2025"
 * @param pageHost   host in the browser's address bar, for a listener on every interface
 */
export function targetOf(
  addresses: readonly string[],
  transport: "tcp" | "udp",
  pageHost: string,
): Target | undefined {
  for (const address of addresses) {
    const match = /^(tcp|udp) (.+):(\d+)$/.exec(address);
    if (match?.[1] !== transport) continue;
    const bound = (match[2] ?? "").replace(/^\[|\]$/g, "");
    const isEverywhere = bound === "0.0.0.0" || bound === "::" || bound === "*";
    return { host: isEverywhere ? pageHost : bound, port: Number(match[3]) };
  }
  return undefined;
}

export interface Targets {
  /** Carbon plaintext over TCP. */
  readonly carbon?: Target | undefined;
  /** MessagePack over UDP. */
  readonly msgpack?: Target | undefined;
}

/** One line each, for a first point within seconds. */
export function firstLines({ carbon, msgpack }: Targets): Snippet[] {
  return [
    ...(carbon === undefined ? [] : [carbonLine(carbon)]),
    ...(msgpack === undefined ? [] : msgpackLines(msgpack)),
  ];
}

export function carbonLine({ host, port }: Target): Snippet {
  return {
    title: "Shell",
    note: "Carbon’s plaintext: name, value, Unix time.",
    text: `echo "test.shell $RANDOM $(date +%s)" | nc -w1 ${host} ${port}`,
    isCommand: true,
  };
}

export function msgpackLines({ host, port }: Target): Snippet[] {
  return [
    {
      title: "Bash, nothing installed",
      note: "Skyline’s MessagePack, written byte by byte.",
      text:
        `printf "\\x92\\xa9test.bash\\x92\\xce$(printf %08x $(date +%s) | sed 's/../\\\\x&/g')` +
        `\\x2a" > /dev/udp/${host}/${port}`,
      isCommand: true,
    },
    {
      title: "Python",
      note: "Skyline’s MessagePack; needs the package msgpack.",
      text:
        `python3 -c 'import msgpack, socket, time; socket.socket(type=socket.SOCK_DGRAM).sendto(` +
        `msgpack.packb(["test.python", [int(time.time()), 42]]), ("${host}", ${port}))'`,
    },
  ];
}
