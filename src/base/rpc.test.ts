import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { Rpc, Transferred } from "./rpc.ts";

function pair(handlers: ConstructorParameters<typeof Rpc>[1]): { asking: Rpc; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  new Rpc(port2, handlers);
  return {
    asking: new Rpc(port1),
    close: () => {
      port1.close();
    },
  };
}

test("Rpc answers each question with its own answer, whatever order they finish in", async () => {
  const { asking, close } = pair({
    wait: async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    },
  });
  expect(await Promise.all([asking.ask("wait", 20), asking.ask("wait", 1)])).toEqual([20, 1]);
  close();
});

test("Rpc carries a failure to the one who asked, with the method's name", async () => {
  const { asking, close } = pair({
    fail: () => {
      throw new Error("disk on fire");
    },
  });
  await expect(asking.ask("fail")).rejects.toThrow("fail: disk on fire");
  await expect(asking.ask("nonsense")).rejects.toThrow(/handles "nonsense"/);
  close();
});

test("Rpc carries the code of a failure", async () => {
  const { asking, close } = pair({
    fail: () => {
      throw Object.assign(new Error("gone"), { code: "REMOTE_UNREACHABLE" });
    },
  });
  await expect(asking.ask("fail")).rejects.toMatchObject({ code: "REMOTE_UNREACHABLE" });
  close();
});

test("Rpc moves the buffers of a Transferred answer", async () => {
  const columns = Float64Array.of(1, 2, 3);
  const { asking, close } = pair({ columns: () => new Transferred(columns, [columns.buffer]) });
  expect(await asking.ask("columns")).toEqual(Float64Array.of(1, 2, 3));
  expect(columns.length).toBe(0);
  close();
});

test("Rpc fails what waits and what is asked later once it is closed", async () => {
  const { asking, close } = pair({ never: () => new Promise(() => undefined) });
  const waiting = asking.ask("never");
  asking.close(new Error("the shard ended"));
  await expect(waiting).rejects.toThrow("the shard ended");
  await expect(asking.ask("never")).rejects.toThrow("the shard ended");
  close();
});
