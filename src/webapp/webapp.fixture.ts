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
import { simulateSite } from "./simulated-site.fixture.ts";

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
  const timer = setInterval(() => site.tick(), 1_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      clearInterval(timer);
      void webapp.close();
    });
  }
}

if (import.meta.main) await main();
