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
  /** Pickle over TCP. */
  readonly pickle?: Target | undefined;
  /** MessagePack over UDP. */
  readonly msgpack?: Target | undefined;
}

/** One line each, for a first point within seconds. */
export function firstLines({ carbon, msgpack }: Targets): Snippet[] {
  const snippets: Snippet[] = [];
  if (carbon !== undefined) {
    snippets.push({
      title: "Shell",
      note: "Carbon’s plaintext: name, value, Unix time.",
      text: `echo "test.shell $RANDOM $(date +%s)" | nc -w1 ${carbon.host} ${carbon.port}`,
    });
  }
  if (msgpack !== undefined) {
    snippets.push(
      {
        title: "Bash, nothing installed",
        note: "Skyline’s MessagePack, written byte by byte.",
        text:
          `printf "\\x92\\xa9test.bash\\x92\\xce$(printf %08x $(date +%s) | sed 's/../\\\\x&/g')` +
          `\\x2a" > /dev/udp/${msgpack.host}/${msgpack.port}`,
      },
      {
        title: "Python",
        note: "Skyline’s MessagePack; needs the package msgpack.",
        text:
          `python3 -c 'import msgpack, socket, time; socket.socket(type=socket.SOCK_DGRAM).sendto(` +
          `msgpack.packb(["test.python", [int(time.time()), 42]]), ("${msgpack.host}", ${msgpack.port}))'`,
      },
    );
  }
  return snippets;
}

/** Settings for what already sends metrics somewhere. */
export function senderSettings({ carbon, pickle, msgpack }: Targets): Snippet[] {
  const snippets: Snippet[] = [];
  if (msgpack !== undefined) {
    snippets.push({
      title: "Perl",
      note: "As Skyline’s own senders do; needs Data::MessagePack.",
      text: `use Data::MessagePack;
use IO::Socket::INET;

my $kale = IO::Socket::INET->new(
    PeerAddr => "${msgpack.host}:${msgpack.port}", Proto => "udp");
$kale->send(Data::MessagePack->pack(["localhost.loadavg", [time(), rand() * 2]]));`,
    });
  }
  if (pickle !== undefined) {
    snippets.push({
      title: "carbon-relay",
      note: "carbon.conf: add Kale beside the destinations you have.",
      text: `[relay]
RELAY_METHOD = rules
DESTINATION_PROTOCOL = pickle
DESTINATIONS = 127.0.0.1:2104:a, ${pickle.host}:${pickle.port}:kale

# relay-rules.conf
[default]
default = true
destinations = 127.0.0.1:2104:a, ${pickle.host}:${pickle.port}:kale`,
    });
  }
  if (carbon !== undefined) {
    snippets.push(
      {
        title: "collectd",
        note: "collectd.conf",
        text: `LoadPlugin write_graphite
<Plugin write_graphite>
  <Node "kale">
    Host "${carbon.host}"
    Port "${carbon.port}"
    Protocol "tcp"
  </Node>
</Plugin>`,
      },
      {
        title: "Telegraf",
        note: "telegraf.conf",
        text: `[[outputs.graphite]]
  servers = ["${carbon.host}:${carbon.port}"]
  prefix = "telegraf"`,
      },
      {
        title: "StatsD",
        note: "config.js of the Node.js statsd",
        text: `{
  graphiteHost: "${carbon.host}",
  graphitePort: ${carbon.port},
  port: 8125,
  backends: ["./backends/graphite"]
}`,
      },
    );
  }
  return snippets;
}
