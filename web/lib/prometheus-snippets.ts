/** How a Prometheus sends to this very Kale, and how Kale asks what a Prometheus would ask. */
import type { Snippet } from "./send-snippets.ts";

/** @param origin  of this page, e.g. "http://kale.example:1500" */
export function prometheusSnippets(origin: string): Snippet[] {
  return [
    {
      title: "Prometheus",
      note: "prometheus.yml: every sample it takes goes to Kale too.",
      text: `remote_write:
  - url: ${origin}/api/v1/write`,
    },
    {
      title: "Kale scrapes",
      note: "kale.yaml: Kale asks an exporter itself, without a Prometheus.",
      text: `scrape:
  - node=http://127.0.0.1:9100/metrics
scrape-interval: 15s`,
    },
  ];
}
