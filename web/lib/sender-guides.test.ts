import { expect, test } from "vitest";
import type { SourceJson } from "../../src/webapp/contract.ts";
import { importSnippets } from "./sender-guides-asked.ts";
import { openingOf, placeFor, senderGuides, sourceProtocols } from "./sender-guides.ts";

const page = new URL("http://kale.example:1500/sources");

function sourceAt(protocol: SourceJson["protocol"], addresses: string[]): SourceJson {
  return {
    ...{ protocol, addresses, problem: null, clients: 0, accepted: 0, ratePerSecond: 0 },
    ...{ lastSample: null, dropped: 0, pausedClients: 0, refusals: [] },
  };
}

test.each(sourceProtocols)("a sender by %s is told where this very Kale is", (protocol) => {
  const guide = senderGuides[protocol];
  const addresses = guide.reach === "http" ? ["http /x"] : [`${guide.reach} 10.0.0.7:12003`];
  const place = placeFor(guide, sourceAt(protocol, addresses), page);
  const snippets = guide.snippets(place);
  expect(snippets.length).toBeGreaterThan(0);
  const titles = snippets.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  const texts = snippets.map(({ text }) => text).join("\n");
  if (guide.reach !== "http") expect(texts).toMatch(/10\.0\.0\.7[^]*12003/);
  else if (guide.isAlwaysOpen === true) expect(texts).toContain("http://kale.example:1500/");
});

test("placeFor() takes the usual port where a listener is closed, and the page's host where it is everywhere", () => {
  const { statsd } = senderGuides;
  expect(placeFor(statsd, undefined, page)).toMatchObject({ host: "kale.example", port: 8125 });
  const everywhere = sourceAt("statsd", ["udp 0.0.0.0:9125"]);
  expect(placeFor(statsd, everywhere, page)).toMatchObject({ host: "kale.example", port: 9125 });
  const http = placeFor(senderGuides["opentsdb-http"], undefined, new URL("https://kale.example/"));
  expect(http).toEqual({ host: "kale.example", port: 443, origin: "https://kale.example" });
});

test("openingOf() is a setting, and none where nothing is to be opened", () => {
  expect(openingOf(senderGuides.ganglia)?.text).toBe("ports:\n  ganglia: 8649");
  expect(openingOf(senderGuides.otlp)).toBeUndefined();
});

test("importSnippets() write a folder so that a shell reads it", () => {
  const [first] = importSnippets("/var/lib/it's kale");
  expect(first?.text).toBe(
    "kale import graphite http://127.0.0.1:8080 --data '/var/lib/it'\\''s kale'",
  );
  expect(importSnippets("/a/b-c")[0]?.text).toMatch(/ --data \/a\/b-c$/);
});
