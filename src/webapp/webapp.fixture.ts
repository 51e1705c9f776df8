/**
 * A whole webapp on simulated data, without any other part of the program: to look at the pages
 * while they are made.
 *
 *     node src/webapp/webapp.fixture.ts --port 1500 [--pages dist/web]
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../base/clock.ts";
import { createLogger } from "../base/log.ts";
import { startWebapp } from "./server.ts";
import { simulateSite, type SimulatedSite } from "./simulated-site.fixture.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "1500" },
      pages: { type: "string", default: "dist/web" },
    },
  });
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const logger = createLogger({ clock: systemClock, level: "info", format: "text", write });
  const site = simulateSite(systemClock, { seed: 7 });
  await saveCollections(site);
  for (const [i, { id: episodeId }] of site.journal.find({ state: "all", limit: 3 }).entries()) {
    const said = {
      episodeId,
      kind: i === 1 ? ("confirmed" as const) : ("normal" as const),
      by: i === 0 ? "ann" : "",
    };
    const label = i === 0 ? "nightly backup <b>" : "";
    await site.parts.feedback?.say({ ...said, label, pattern: i === 0 ? "db.*" : "" });
  }
  const webapp = await startWebapp(
    { ...site.parts, logger },
    {
      version: "0.0.0-fixture",
      bind: "127.0.0.1",
      ports: [{ port: Number(values.port), landing: "/" }],
      pagesFolder: resolve(values.pages),
      dataFolder: process.cwd(),
      store: "embedded",
    },
  );
  for (const problem of webapp.problems) write(problem.message);
  if (webapp.ports.length === 0) return;
  for (const { url } of webapp.ports) write(`the simulated site is at ${url}`);
  write(`sign in with the token ${site.keeper.token}, or as "ann" with "a long password"`);
  const timer = setInterval(() => site.tick(), 1_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      clearInterval(timer);
      void webapp.close();
    });
  }
}

/** A user, a collection of what is abnormal now, and one with names that are no markup. */
async function saveCollections({
  series,
  journal,
  keeper,
  collections,
}: SimulatedSite): Promise<void> {
  await keeper.setPassword("ann", "a long password");
  const untilMs = systemClock.nowMs();
  const range = { fromMs: untilMs - 3_600_000, untilMs };
  const abnormal = journal.find({ state: "active", limit: 4 }).map(({ name }) => name);
  const parts = [
    { name: "Orders stuck after the deploy", names: ["queue.orders.depth", "web.fe1.requests"] },
    { name: '<img src=x onerror="alert(1)">', names: abnormal },
  ];
  for (const { name, names } of parts) {
    const items = [];
    for (const metric of names) {
      const samples = await series.read(metric, range);
      if (samples === undefined) continue;
      const timesMs = Array.from(samples.timesMs);
      items.push({ name: metric, range, timesMs, values: Array.from(samples.values) });
    }
    const note = "The new workers did not take any.\n\nRolled back at 16:20; see **the ticket**.";
    collections.create({ name, note, items });
  }
}

if (import.meta.main) await main();
