/** The page of sources: what it tells senders is true, line by line, of a Kale with every port open. */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SourceJson, SourcesJson } from "../src/webapp/contract.ts";
import { openingOf, placeFor, senderGuides, sourceProtocols } from "../web/lib/sender-guides.ts";
import { launchBrowser, openPage } from "./support/browser.ts";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { chromium, describeWith, shellTools } from "./support/requirements.ts";

const keys = ["statsd", "opentsdb", "collectd", "ganglia", "carbon-pickle"] as const;

let kale: KaleProcess;

beforeAll(async () => {
  const numbers = await freePorts(keys.length + 1);
  const ports = keys.flatMap((key, i) => [`--port-${key}`, String(numbers[i])]);
  // Nobody answers there: what is wrong with an asked one is told too.
  const asked = [
    ...["--ganglia-poll", `127.0.0.1:${numbers.at(-1)}`],
    ...["--scrape", `gone=http://127.0.0.1:${numbers.at(-1)}/metrics`],
  ];
  kale = await startKaleProcess({ args: [...ports, ...asked, "--statsd-flush", "1s"] });
});

afterAll(async () => {
  expect(await kale.end()).toBe(0);
});

async function sourceOf(protocol: string): Promise<SourceJson | undefined> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources.find((source) => source.protocol === protocol);
}

function run(program: string, args: readonly string[]): Promise<{ status: unknown; text: string }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (text += bytes.toString()));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, text })));
}

const commands = sourceProtocols.flatMap((protocol) => {
  const guide = senderGuides[protocol];
  const place = placeFor(guide, undefined, new URL("http://x"));
  return guide
    .snippets(place)
    .flatMap(({ title, isCommand }) => (isCommand === true ? [{ protocol, title }] : []));
});

describeWith(shellTools, "the commands of the page of sources", () => {
  test.each(commands)("$protocol, $title: a sample arrives", async ({ protocol, title }) => {
    const guide = senderGuides[protocol];
    const place = placeFor(guide, await sourceOf(protocol), new URL(kale.url));
    const command = guide.snippets(place).find((snippet) => snippet.title === title)?.text ?? "";
    const before = (await sourceOf(protocol))?.accepted ?? 0;
    const { status, text } = await run("bash", ["-c", command]);
    expect(status, text).toBe(0);
    await until(async () => ((await sourceOf(protocol))?.accepted ?? 0) > before);
    expect((await sourceOf(protocol))?.refusals).toEqual([]);
  });
});

describe("the settings of the page of sources", () => {
  test("what stands in kale.yaml is sound", async () => {
    const snippets = sourceProtocols.flatMap((protocol) => {
      const guide = senderGuides[protocol];
      const opening = openingOf(guide);
      const given = guide.snippets(placeFor(guide, undefined, new URL(kale.url)));
      return opening === undefined ? given : [opening, ...given];
    });
    const settings = snippets.filter(({ note }) => note.startsWith("kale.yaml"));
    const ports = settings.flatMap(({ text }) => /^ports:\n(.*)$/.exec(text)?.[1] ?? []);
    const others = settings.map(({ text }) => text).filter((text) => !text.startsWith("ports:"));
    expect([ports.length, others.length]).toEqual([8, 3]);
    const file = join(kale.dataFolder, "page.yaml");
    await writeFile(file, ["ports:", ...ports, ...others, ""].join("\n"));
    const { status, text } = await run(process.execPath, ["src/cli/main.ts", "check-config", file]);
    expect(status, text).toBe(0);
  });
});

describeWith(chromium, "the page of sources in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test("every way in has its place, with its port and what was refused, as text", async () => {
    const refused = `bad.<img src=x onerror="document.title='owned'"> x 1`;
    const carbon = kale.ports.carbon;
    await run("bash", ["-c", `echo '${refused}' > /dev/tcp/127.0.0.1/${carbon}`]);
    await until(async () => ((await sourceOf("carbon"))?.refusals.length ?? 0) > 0);
    const { page, complaints } = await openPage(browser, `${kale.url}/sources`, {
      width: 360,
      height: 740,
    });
    await page.locator("[data-source]").first().waitFor();
    await until(async () => {
      return (await page.locator("[data-source]").count()) === sourceProtocols.length;
    });
    for (const protocol of sourceProtocols) {
      const card = page.locator(`[data-source="${protocol}"]`);
      await card.locator("summary").click();
      const place = placeFor(senderGuides[protocol], await sourceOf(protocol), new URL(kale.url));
      const wanted = senderGuides[protocol].snippets(place).map(({ text }) => text);
      expect(await card.locator("pre").allInnerTexts(), protocol).toEqual(
        expect.arrayContaining(wanted),
      );
    }
    const example = page.locator('[data-source="carbon"] .refusals code').first();
    expect(await example.innerText()).toContain("<img src=x");
    expect(await page.locator('[data-source="ganglia-xml"] .problem').count()).toBe(1);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
