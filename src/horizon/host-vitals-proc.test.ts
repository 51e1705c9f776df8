import { expect, test } from "vitest";
import {
  countTcpStates,
  parseDiskStats,
  parseLoad,
  parseMemory,
  parseMounts,
  parseNetDev,
  parseStat,
  parseTcpSocketCount,
  tcpStates,
} from "./host-vitals-proc.ts";

test("parseStat() reads the processor's times and the kernel's counts", () => {
  const text = `cpu  100 5 50 1000 20 1 2 3 0 0
cpu0 50 2 25 500 10 0 1 1 0 0
intr 114930548 113199788 3 0 5
ctxt 1990473
btime 1062191376
procs_running 3
procs_blocked 1
`;
  expect(parseStat(text)).toEqual({
    cpu: { user: 100, nice: 5, system: 50, idle: 1000, iowait: 20, irq: 1, softirq: 2, steal: 3 },
    contextSwitches: 1_990_473,
    runningProcesses: 3,
    blockedProcesses: 1,
  });
});

test("parseStat() of something else is nothing", () => {
  expect(parseStat("cpu a b c d\nctxt\n")).toEqual({
    cpu: undefined,
    contextSwitches: undefined,
    runningProcesses: undefined,
    blockedProcesses: undefined,
  });
});

test.each([
  ["0.52 0.58 0.59 1/389 12345\n", [0.52, 0.58, 0.59]],
  ["", undefined],
  ["a b c", undefined],
])("parseLoad(%j) is %j", (text, expected) => {
  expect(parseLoad(text)).toEqual(expected);
});

test("parseMemory() gives bytes", () => {
  const memory = parseMemory(
    "MemTotal:       16384 kB\nActive(anon):   10 kB\nHugePages_Total:       0\n",
  );
  expect([...memory]).toEqual([
    ["MemTotal", 16_777_216],
    ["Active(anon)", 10_240],
  ]);
});

test("parseDiskStats() takes whole disks, not partitions, loops or memory", () => {
  const text = `   8       0 sda 100 5 2000 30 200 6 4000 60 0 70 90 0 0 0 0
   8       1 sda1 90 5 1000 30 200 6 4000 60 0 70 90
   7       0 loop0 1 0 2 0 0 0 0 0 0 0 0
 259       0 nvme0n1 1 0 2 0 3 0 4 0 0 5 6
 259       1 nvme0n1p1 1 0 2 0 3 0 4 0 0 5 6
   8      16 sdb 1 0 2
`;
  expect(parseDiskStats(text)).toEqual([
    {
      device: "sda",
      reads: 100,
      readBytes: 1_024_000,
      writes: 200,
      writtenBytes: 2_048_000,
      busyMs: 70,
    },
    { device: "nvme0n1", reads: 1, readBytes: 1024, writes: 3, writtenBytes: 2048, busyMs: 5 },
  ]);
});

test("parseNetDev() leaves out headings and virtual interfaces, and takes a name that touches its numbers", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 2776770   11307    0    0    0     0          0         0  2776770   11307    0    0    0     0       0          0
  eth0:1215645    2751    1    2    0     0          0         0  1782404    4324    3    4    0   427       0          0
veth12: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
`;
  expect(parseNetDev(text)).toEqual([
    {
      name: "eth0",
      receivedBytes: 1_215_645,
      receivedPackets: 2751,
      receiveErrors: 1,
      receiveDrops: 2,
      sentBytes: 1_782_404,
      sentPackets: 4324,
      sendErrors: 3,
      sendDrops: 4,
    },
  ]);
});

test("parseTcpSocketCount() adds those in use and those in time-wait", () => {
  const text =
    "sockets: used 290\nTCP: inuse 21 orphan 0 tw 4 alloc 25 mem 3\nUDP: inuse 3 mem 1\n";
  expect(parseTcpSocketCount(text)).toBe(25);
  expect(parseTcpSocketCount("")).toBeUndefined();
});

test("countTcpStates() counts by the kernel's numbers, over both versions of IP", () => {
  const counts = tcpStates.map(() => 0);
  countTcpStates(
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   107
   1: 0F02000A:8A1C 0202000A:0016 01 00000000:00000000 02:00049A5B 00000000     0
   2: 0F02000A:8A1C 0202000A:0016 FF 00000000:00000000 02:00049A5B 00000000     0
`,
    counts,
  );
  countTcpStates(
    "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00\n",
    counts,
  );
  const byName = Object.fromEntries(tcpStates.map((state, i) => [state, counts[i]]));
  expect(byName).toMatchObject({ listen: 2, established: 1, time_wait: 0 });
});

test("parseMounts() takes local disks once, at their shortest path", () => {
  const text = `overlay / overlay rw 0 0
proc /proc proc rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/sda1 /mnt/with\\040blank ext4 rw 0 0
/dev/sda1 /data ext4 rw 0 0
server:/export /nfs nfs4 rw 0 0
overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
`;
  expect(parseMounts(text)).toEqual([
    { device: "overlay", path: "/" },
    { device: "/dev/sda1", path: "/data" },
  ]);
  expect(parseMounts("/dev/sda1 /mnt/with\\040blank ext4 rw 0 0")[0]?.path).toBe("/mnt/with blank");
});
