import { expect, test } from "vitest";
import { prometheusSnippets } from "./prometheus-snippets.ts";

test("prometheusSnippets() names the page's own origin where Prometheus sends to", () => {
  const [remoteWrite, scrape] = prometheusSnippets("http://kale.example:1500");
  expect(remoteWrite?.text).toContain("url: http://kale.example:1500/api/v1/write");
  expect(scrape?.text).toMatch(/^scrape:\n {2}- node=http:/);
});
