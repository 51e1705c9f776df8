import { ManualClock, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { storeContract } from "../contract.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import { hourMs, makeFolder, openSmall, testNowMs } from "./small-store.fixture.ts";

storeContract("the embedded store as it is by default", async () => {
  const folder = await makeFolder();
  return {
    nowMs: systemClock.nowMs(),
    open: () => EmbeddedStore.open(folder.path, { clock: systemClock, logger: silentLogger }),
    end: () => folder.end(),
  };
});

storeContract("an embedded store that archives all the time", async () => {
  const folder = await makeFolder();
  const clock = new ManualClock(testNowMs);
  return {
    nowMs: testNowMs,
    open: () =>
      openSmall(folder.path, {
        clock: { nowMs: () => clock.nowMs(), elapsedMs: () => systemClock.elapsedMs() },
        retentionMs: 14 * 24 * hourMs,
        maintainIntervalMs: 1,
        checkpointIntervalMs: 5,
        backfillCountMax: 100,
      }),
    end: () => folder.end(),
  };
});
