import { vi } from "vitest";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "../../../test/support/opensearch.ts";
import { describeWith } from "../../../test/support/requirements.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { storeContract } from "../contract.ts";
import { makeFolder } from "../embedded/small-store.fixture.ts";
import { RemoteStore } from "../remote/index.ts";
import { openElasticsearchSeries } from "./index.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: openSearchPatienceMs });

const hourMs = 3_600_000;

describeWith(openSearch, "on a real OpenSearch", () => {
  storeContract("a store on OpenSearch", async () => {
    const folder = await makeFolder();
    const url = await sharedOpenSearch();
    const prefix = uniquePrefix();
    return {
      nowMs: systemClock.nowMs(),
      async open() {
        const series = await openElasticsearchSeries({
          clock: systemClock,
          logger: silentLogger,
          connection: { nodes: [url] },
          prefix,
          writer: "contract",
          retentionMs: 14 * 24 * hourMs,
          graceMs: 0,
        });
        // A short window, so that most of what is read comes from the cluster.
        return await RemoteStore.open(folder.path, series, {
          clock: systemClock,
          logger: silentLogger,
          windowMs: 2 * hourMs + hourMs / 2,
          retentionMs: 14 * 24 * hourMs,
          flushIntervalMs: 1,
          maintainIntervalMs: 100,
        });
      },
      async end() {
        await removeByPrefix(url, prefix);
        await folder.end();
      },
    };
  });
});
