/** A target over TLS of an authority of one's own, that wants to know who asks: from the settings to `up`. */
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PointsJson } from "../src/webapp/contract.ts";
import { startKaleProcess, temporaryFolder, until } from "./support/kale-process.ts";

const tls = new URL("./data/tls/", import.meta.url);

test("kale scrapes over TLS with a password of a file, at the target's own pace", async () => {
  const folder = await temporaryFolder();
  const server = createServer(
    {
      cert: readFileSync(new URL("server.pem", tls)),
      key: readFileSync(new URL("server.key.pem", tls)),
    },
    (request, response) => {
      const wanted = `Basic ${Buffer.from("kale:open sesame").toString("base64")}`;
      response.writeHead(request.headers.authorization === wanted ? 200 : 401).end("heat 21\n");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const authFile = join(folder, "auth");
  await writeFile(authFile, "app: basic kale:open sesame\n", { mode: 0o600 });
  const kale = await startKaleProcess({
    startPatienceMs: 120_000,
    args: [
      ...["--no-host-metrics", "--scrape", `app@1s=https://127.0.0.1:${port}/metrics`],
      ...["--scrape-auth-file", authFile],
      ...["--scrape-ca", new URL("authority.pem", tls).pathname],
    ],
  });
  try {
    await until(async () => {
      const name = encodeURIComponent(`heat;instance=127.0.0.1:${port};job=app`);
      const found = await kale
        .get<PointsJson>(`/kale/points?name=${name}&from=-1h&maxPoints=100`)
        .catch(() => undefined);
      return (found?.points.length ?? 0) >= 2 && found?.points[0]?.[1] === 21;
    }, 60_000);
    for (const path of ["/kale/sources", "/kale/status", "/app_settings"]) {
      expect(JSON.stringify(await kale.get(path))).not.toContain("sesame");
    }
  } finally {
    await kale.end();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
