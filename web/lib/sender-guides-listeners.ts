/** What senders are told that have a port of their own. */
import type { SenderGuide } from "./sender-guide.ts";
import { carbonLine, msgpackLines, type Snippet, type Target } from "./send-snippets.ts";

export const listenerGuides = {
  carbon: {
    title: "Carbon plaintext",
    reach: "tcp",
    port: { key: "carbon", usual: 2003 },
    snippets: ({ host, port }) => [
      carbonLine({ host, port }),
      {
        title: "collectd",
        note: "collectd.conf",
        text: `LoadPlugin write_graphite
<Plugin write_graphite>
  <Node "kale">
    Host "${host}"
    Port "${port}"
    Protocol "tcp"
  </Node>
</Plugin>`,
      },
      {
        title: "Telegraf",
        note: "telegraf.conf",
        text: `[[outputs.graphite]]
  servers = ["${host}:${port}"]
  prefix = "telegraf"
  graphite_tag_support = true`,
      },
      {
        title: "The statsd daemon",
        note: "config.js: it goes on flushing to Graphite’s port, which is Kale’s now.",
        text: `{
  graphiteHost: "${host}",
  graphitePort: ${port},
  port: 8125,
  backends: ["./backends/graphite"]
}`,
      },
    ],
  },
  pickle: {
    title: "Skyline pickle",
    reach: "tcp",
    port: { key: "pickle", usual: 2024 },
    snippets: pickleSnippets,
  },
  "carbon-pickle": {
    title: "Carbon pickle",
    reach: "tcp",
    port: { key: "carbon-pickle", usual: 2004 },
    snippets: pickleSnippets,
  },
  msgpack: {
    title: "Skyline MessagePack",
    reach: "udp",
    port: { key: "msgpack", usual: 2025 },
    snippets: ({ host, port }) => [
      ...msgpackLines({ host, port }),
      {
        title: "Perl",
        note: "As Skyline’s own senders do; needs Data::MessagePack.",
        text: `use Data::MessagePack;
use IO::Socket::INET;

my $kale = IO::Socket::INET->new(
    PeerAddr => "${host}:${port}", Proto => "udp");
$kale->send(Data::MessagePack->pack(["localhost.loadavg", [time(), rand() * 2]]));`,
      },
    ],
  },
  statsd: {
    title: "StatsD and DogStatsD",
    reach: "udp",
    port: { key: "statsd", usual: 8125 },
    snippets: ({ host, port }) => [
      {
        title: "Bash, nothing installed",
        note: "A counter with a tag: stats.counters.test.statsd.count;env=test after the flush.",
        text: `echo "test.statsd:1|c|#env:test" > /dev/udp/${host}/${port}`,
        isCommand: true,
      },
      {
        title: "hot-shots",
        note: "Node.js; any other client takes host and port likewise.",
        text: `import { StatsD } from "hot-shots";
const client = new StatsD({ host: "${host}", port: ${port} });
client.increment("shop.orders", 1, ["region:eu"]);`,
      },
      {
        title: "The statsd daemon",
        note: "config.js: it goes on as it is, and repeats what it gets to Kale.",
        text: `{
  port: 8125,
  backends: ["./backends/graphite", "./backends/repeater"],
  repeater: [{ host: "${host}", port: ${port} }]
}`,
      },
      {
        title: "Datadog agent",
        note: "datadog.yaml: what it gets over DogStatsD comes to Kale too.",
        text: `statsd_forward_host: ${host}
statsd_forward_port: ${port}`,
      },
    ],
  },
  opentsdb: {
    title: "OpenTSDB lines",
    reach: "tcp",
    port: { key: "opentsdb", usual: 4242 },
    snippets: ({ host, port }) => [
      {
        title: "Bash, nothing installed",
        note: "Name, Unix time, value, at least one tag.",
        text: `echo "put test.opentsdb $(date +%s) 42 host=shell" > /dev/tcp/${host}/${port}`,
        isCommand: true,
      },
      {
        title: "collectd",
        note: "collectd.conf",
        text: `LoadPlugin write_tsdb
<Plugin write_tsdb>
  <Node>
    Host "${host}"
    Port "${port}"
  </Node>
</Plugin>`,
      },
    ],
  },
  collectd: {
    title: "collectd’s network plugin",
    reach: "udp",
    port: { key: "collectd", usual: 25826 },
    snippets: ({ host, port }) => [
      {
        title: "collectd",
        note: "collectd.conf",
        text: `LoadPlugin network
<Plugin network>
  Server "${host}" "${port}"
</Plugin>`,
      },
      {
        title: "collectd, encrypted",
        note: "The user and the password stand in Kale’s collectd-auth-file, as USER: PASSWORD.",
        text: `LoadPlugin network
<Plugin network>
  <Server "${host}" "${port}">
    SecurityLevel Encrypt
    Username "USER"
    Password "PASSWORD"
  </Server>
</Plugin>`,
      },
    ],
  },
  ganglia: {
    title: "Ganglia packets",
    reach: "udp",
    port: { key: "ganglia", usual: 8649 },
    snippets: ({ host, port }) => [
      {
        title: "gmond, and gmetric with the same file",
        note: "gmond.conf: one more channel beside those you have.",
        text: `udp_send_channel {
  host = ${host}
  port = ${port}
  ttl = 1
}`,
      },
      {
        title: "gmetric",
        note: "One value, by the channels of its gmond.conf.",
        text: `gmetric --conf /etc/ganglia/gmond.conf --name test.gmetric --value 42 --type double`,
      },
    ],
  },
} satisfies Partial<Record<string, SenderGuide>>;

/** Both ports take the same frames. */
function pickleSnippets({ host, port }: Target): readonly Snippet[] {
  return [
    {
      title: "Python, nothing installed",
      note: "A frame of Carbon’s pickle: its length, then a list of (name, (time, value)).",
      text:
        `python3 -c 'import pickle, socket, struct, time; ` +
        `p = pickle.dumps([("test.pickle", (time.time(), 42))], protocol=2); ` +
        `socket.create_connection(("${host}", ${port})).sendall(struct.pack("!L", len(p)) + p)'`,
      isCommand: true,
    },
    {
      title: "carbon-relay",
      note: "carbon.conf and relay-rules.conf: Kale beside the carbon-cache you have.",
      text: `[relay]
RELAY_METHOD = rules
DESTINATION_PROTOCOL = pickle
DESTINATIONS = 127.0.0.1:2104:a, ${host}:${port}:kale

# relay-rules.conf
[default]
default = true
destinations = 127.0.0.1:2104:a, ${host}:${port}:kale`,
    },
  ];
}
