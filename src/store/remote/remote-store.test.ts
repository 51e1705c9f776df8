import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { storeContract } from "../contract.ts";
import { makeFolder } from "../embedded/small-store.fixture.ts";
import { MemoryRemote } from "./memory-series.fixture.ts";
import { RemoteStore } from "./remote-store.ts";

const dayMs = 86_400_000;

storeContract("a store on a remote, as it is by default", async () => {
  const folder = await makeFolder();
  const remote = new MemoryRemote();
  return {
    nowMs: systemClock.nowMs(),
    open: () =>
      RemoteStore.open(folder.path, remote.connect(), { clock: systemClock, logger: silentLogger }),
    end: () => folder.end(),
  };
});

storeContract("a store on a remote whose window is short and that gives all the time", async () => {
  const folder = await makeFolder();
  const remote = new MemoryRemote();
  return {
    nowMs: systemClock.nowMs(),
    open: () =>
      RemoteStore.open(folder.path, remote.connect(), {
        clock: systemClock,
        logger: silentLogger,
        windowMs: 150 * 60_000,
        retentionMs: 14 * dayMs,
        flushIntervalMs: 1,
        batchRowCountMax: 100,
        commitIntervalMs: 1,
        maintainIntervalMs: 1,
        chunkSampleCount: 16,
        olderRowCountMax: 200,
      }),
    end: () => folder.end(),
  };
});
