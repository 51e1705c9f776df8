import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { testIo } from "./command.fixture.ts";
import {
  clockFinding,
  folderFindings,
  memoryFinding,
  nodeFinding,
  spaceFinding,
} from "./doctor/machine.ts";
import { listenInodes, portFindings } from "./doctor/ports.ts";
import { doctorCommand } from "./doctor.ts";
import { defaultSettings } from "./settings.ts";
import { seedCommand } from "./seed.ts";
import { startSmallKale } from "./small-kale.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "kale-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["24.21.0", "ok"],
  ["22.19.0", "ok"],
  ["22.18.9", "fail"],
  ["20.20.0", "fail"],
])("nodeFinding(%s) is %s", (version, state) => {
  expect(nodeFinding(version).state).toBe(state);
});

test.each([
  { finding: memoryFinding(512 << 20), state: "warn", message: "512 MiB in this machine" },
  { finding: memoryFinding(8 * 2 ** 30), state: "ok", message: "8.0 GiB in this machine" },
  { finding: spaceFinding(50 << 20), state: "fail", message: "50 MiB free" },
  { finding: spaceFinding(2 ** 30), state: "warn", message: "1.0 GiB free" },
  { finding: spaceFinding(2 ** 33), state: "ok", message: "8.0 GiB free" },
])("$message is $state", ({ finding, state, message }) => {
  expect(finding).toMatchObject({ state, message });
});

test("clockFinding() sees a clock that stands in the past, and one that jumps", async () => {
  expect((await clockFinding(new ManualClock(0))).state).toBe("fail");
  let calls = 0;
  const jumping = { nowMs: () => 1_790_000_000_000 + calls++ * 60_000, elapsedMs: () => 0 };
  expect(await clockFinding(jumping)).toMatchObject({ state: "warn" });
  expect((await clockFinding(new ManualClock(1_790_000_000_000))).state).toBe("ok");
});

test("folderFindings() of a folder to be made looks at the nearest one that exists", async () => {
  const findings = await folderFindings(join(folder, "a", "b"));
  expect(findings[0]).toMatchObject({ state: "ok", message: "will be made at the start" });
  expect(findings[1]?.subject).toBe("disk");
});

test("folderFindings() refuses a file", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  expect((await folderFindings(path))[0]).toMatchObject({ state: "fail" });
});

test("listenInodes() finds who listens on a port, and nobody who is connected to it", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:07D3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:07D3 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 222 1
   2: 00000000:07D4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1
`;
  expect(listenInodes(table, 2003)).toEqual(["111"]);
  expect(listenInodes(table, 80)).toEqual([]);
});

test.each([
  { asked: new Set(["ports.carbon"]), state: "fail" },
  { asked: new Set<string>(), state: "warn" },
])(
  "portFindings() of a taken port is $state, names its holder and says what to do",
  async ({ asked, state }) => {
    const holder = createServer();
    holder.listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const settings = {
      ...defaultSettings(),
      carbonPort: port,
      picklePort: 0,
      msgpackPort: 0,
      webappPort: 0,
      oculusPort: 0,
    };
    const [finding, ...more] = await portFindings(settings, {
      isKaleRunning: false,
      closed: new Map(),
      asked,
    });
    holder.close();
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ state, subject: `port ${port} (ports.carbon)` });
    expect(finding?.message).toMatch(process.platform === "linux" ? `pid ${process.pid}` : /taken/);
    expect(finding?.remedy).toContain("--port-carbon N");
  },
);

test("kale doctor sends a canary through each protocol of a Kale that runs", async () => {
  const kale = await startSmallKale();
  const { pickle, msgpack, carbon, webapp } = kale.ports;
  const { io, out } = testIo({ env: { KALE_BNID: "::1" } });
  const ports = `--port-pickle=${pickle} --port-msgpack=${msgpack} --port-carbon=${carbon} --port-webapp=${webapp}`;
  const args = [...ports.split(" "), "--port-oculus=0", `--data=${folder}`];
  expect(await doctorCommand.run(args, io)).toBe(0);
  await kale.stop();
  for (const way of ["carbon", "msgpack", "pickle"]) {
    expect(out()).toMatch(new RegExp(`^ok {4}canary by ${way}: came back within \\d+ ms$`, "m"));
  }
  expect(out()).toContain(`ok    data folder ${folder}: can be written\n`);
  expect(out()).toContain("warn  environment: the environment variable KALE_BNID means nothing");
});

test("kale doctor and seed tell that a port is another program's, though Kale runs", async () => {
  const other = createServer((socket) => socket.resume());
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const kale = await startSmallKale({ picklePort: (other.address() as AddressInfo).port });
  const { pickle, msgpack, carbon, webapp } = kale.ports;
  const ports = [`--port-pickle=${pickle}`, `--port-msgpack=${msgpack}`, `--port-webapp=${webapp}`];
  const doctor = testIo();
  const more = [`--port-carbon=${carbon}`, "--port-oculus=0", `--data=${folder}`];
  expect(await doctorCommand.run([...ports, ...more], doctor.io)).toBe(0);
  const taken = `port ${pickle} (tcp) is already taken by another program`;
  expect(doctor.out()).toContain(
    `warn  port ${pickle} (ports.pickle): not open in the Kale that runs: ${taken}`,
  );
  expect(doctor.out()).toContain("warn  canary by pickle: not sent, since its port is not open\n");
  const seed = testIo();
  expect(await seedCommand.run(ports, seed.io)).toBe(1);
  await kale.stop();
  other.close();
  expect(seed.out()).toContain(`FAIL  TCP pickle, port ${pickle}: ${taken}`);
});
