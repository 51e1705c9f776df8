/** What senders are told that push over HTTP, to the port of the page. */
import type { SenderGuide } from "./sender-guide.ts";

export const httpGuides = {
  prometheus: {
    title: "Prometheus remote write",
    reach: "http",
    isAlwaysOpen: true,
    snippets: ({ origin }) => [
      {
        title: "Prometheus",
        note: "prometheus.yml: every sample it takes goes to Kale too.",
        text: `remote_write:
  - url: ${origin}/api/v1/write`,
      },
      {
        title: "Prometheus 3, remote write 2",
        note: "prometheus.yml: smaller, and with the types of metrics.",
        text: `remote_write:
  - url: ${origin}/api/v1/write
    protobuf_message: io.prometheus.write.v2.Request`,
      },
      {
        title: "vmagent",
        note: "It may compress with zstd as it likes to.",
        text: `vmagent -promscrape.config=prometheus.yml -remoteWrite.url=${origin}/api/v1/write`,
      },
    ],
  },
  influx: {
    title: "InfluxDB line protocol",
    reach: "http",
    isAlwaysOpen: true,
    snippets: ({ origin }) => [
      {
        title: "Shell",
        note: "Measurement, tags, fields; without a time it is now.",
        text: `curl -fsS '${origin}/write?db=any' --data-binary 'test,host=shell influx=42'`,
        isCommand: true,
      },
      {
        title: "Telegraf",
        note: "telegraf.conf; the database may have any name.",
        text: `[[outputs.influxdb]]
  urls = ["${origin}"]
  database = "telegraf"`,
      },
      {
        title: "Telegraf, API 2",
        note: "telegraf.conf; token, organization and bucket are not looked at.",
        text: `[[outputs.influxdb_v2]]
  urls = ["${origin}"]
  token = "any"
  organization = "any"
  bucket = "any"`,
      },
    ],
  },
  otlp: {
    title: "OpenTelemetry",
    reach: "http",
    isAlwaysOpen: true,
    snippets: ({ origin }) => [
      {
        title: "Any SDK",
        note: "Environment of the program that is measured.",
        text: `export OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=${origin}/v1/metrics
export OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf`,
      },
      {
        title: "Collector",
        note: "Its configuration: Kale beside the exporters you have.",
        text: `exporters:
  otlphttp/kale:
    metrics_endpoint: ${origin}/v1/metrics
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [otlphttp/kale]`,
      },
      {
        title: "Shell",
        note: "OTLP in JSON.",
        text: `curl -fsS -H 'Content-Type: application/json' ${origin}/v1/metrics --data-binary '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"test.otlp","gauge":{"dataPoints":[{"timeUnixNano":"'$(date +%s)'000000000","asDouble":42}]}}]}]}]}'`,
        isCommand: true,
      },
    ],
  },
  "opentsdb-http": {
    title: "OpenTSDB over HTTP",
    reach: "http",
    isAlwaysOpen: true,
    snippets: ({ host, port, origin }) => [
      {
        title: "Shell",
        note: "One point, or a list of them.",
        text: `curl -fsS -H 'Content-Type: application/json' ${origin}/api/put --data-binary '{"metric":"test.put","timestamp":'$(date +%s)',"value":42,"tags":{"host":"shell"}}'`,
        isCommand: true,
      },
      {
        title: "Telegraf",
        note: "telegraf.conf",
        text: `[[outputs.opentsdb]]
  host = "${origin.startsWith("https:") ? "https" : "http"}://${host}"
  port = ${port}
  http_path = "/api/put"`,
      },
    ],
  },
  "collectd-http": {
    title: "collectd’s write_http",
    reach: "http",
    isAlwaysOpen: true,
    snippets: ({ origin }) => [
      {
        title: "collectd",
        note: "collectd.conf; Format may be Command or KAIROSDB as well.",
        text: `LoadPlugin write_http
<Plugin write_http>
  <Node "kale">
    URL "${origin}/collectd"
    Format "JSON"
  </Node>
</Plugin>`,
      },
      {
        title: "Shell",
        note: "A line as collectd’s Command format has it.",
        text: `curl -fsS -H 'Content-Type: text/plain' ${origin}/collectd --data-binary "PUTVAL \\"shell/test/gauge-collectd\\" interval=10 $(date +%s):42"`,
        isCommand: true,
      },
    ],
  },
} satisfies Partial<Record<string, SenderGuide>>;
