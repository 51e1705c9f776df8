/** What Kale asks for by itself, by its own settings. */
import type { Snippet } from "./send-snippets.ts";
import type { SenderGuide } from "./sender-guide.ts";

export const askedGuides = {
  scrape: {
    title: "Scraped, as Prometheus does",
    reach: "http",
    snippets: () => [
      {
        title: "Kale scrapes",
        note: "kale.yaml: each exporter as JOB=URL.",
        text: `scrape:
  - node=http://127.0.0.1:9100/metrics
scrape-interval: 15s`,
      },
    ],
  },
  "ganglia-xml": {
    title: "Ganglia, asked for its XML",
    reach: "http",
    snippets: () => [
      {
        title: "Kale asks",
        note: "kale.yaml: gmond’s tcp_accept_channel is 8649, gmetad’s xml_port 8651.",
        text: `ganglia-poll:
  - 127.0.0.1:8649
  - 127.0.0.1:8651`,
      },
    ],
  },
  host: {
    title: "This host’s own vital signs",
    reach: "http",
    snippets: () => [
      {
        title: "Measured by Kale",
        note: "kale.yaml; they are on unless Kale was started with --no-host-metrics.",
        text: `host-metrics: true`,
      },
    ],
  },
} satisfies Partial<Record<string, SenderGuide>>;

/** History that lies elsewhere, so that learning does not begin at zero. */
export function importSnippets(dataFolder: string): readonly Snippet[] {
  const data = /^[\w./-]+$/.test(dataFolder)
    ? dataFolder
    : `'${dataFolder.replaceAll("'", "'\\''")}'`;
  return [
    ["Graphite", "graphite http://127.0.0.1:8080"],
    ["Whisper files", "whisper /var/lib/graphite/whisper"],
    ["A Prometheus", `prometheus http://127.0.0.1:9090 --match '{job="node"}'`],
    ["CSV", "csv history.csv.gz"],
    ["JSON lines", "json series.jsonl"],
    ["A Skyline’s Redis", "redis --redis-url unix:///tmp/redis.sock"],
  ].map(([title = "", words = ""]) => ({
    title,
    note: "While no Kale runs on the folder; it goes on where it was interrupted.",
    text: `kale import ${words} --data ${data}`,
  }));
}
