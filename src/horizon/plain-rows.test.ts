import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { silentLogger } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { CarbonStream, MsgpackStream, type StreamReader } from "../wire/index.ts";
import { Admission } from "./admission.ts";
import { Intake } from "./intake.ts";
import { RememberingOutlet, type TakenRow } from "./outlet.fixture.ts";
import { KnownPlainRows } from "./plain-rows.ts";
import { RefusalLedger } from "./refusals.ts";

const nowMs = 1_800_000_000_000;
const moduleFile = new URL("../../dist/kernels/intake.wasm", import.meta.url);
let kernel: WebAssembly.Module;

beforeAll(() => {
  kernel = new WebAssembly.Module(readFileSync(moduleFile));
});

/** How a stream may be read: these must come to the same. */
type Way = "kernel" | "twin" | "reader alone";

interface Outcome {
  readonly rows: readonly TakenRow[];
  readonly refusals: readonly string[];
  readonly acceptedCount: number;
  readonly isIntact: boolean;
}

interface Input {
  readonly protocol: "carbon" | "msgpack";
  /** Of each connection, the pieces it sends; connections take turns. */
  readonly connections: readonly (readonly Uint8Array[])[];
  readonly nameCountMax?: number;
}

function read(way: Way, { protocol, connections, nameCountMax = 1000 }: Input): Outcome {
  const outlet = new RememberingOutlet(3);
  const intake = new Intake(outlet, {
    rowsPerBatch: 7,
    flushAfterMs: 60_000,
    nameCountMax,
    kernel: way === "kernel" ? kernel : undefined,
  });
  const ledger = new RefusalLedger(silentLogger);
  const admission = new Admission(intake, ledger, {
    skipList: ["secret"],
    maxAgeMs: 1_000_000,
    futureMaxMs: 600_000,
  });
  const plain = way === "reader alone" ? undefined : new KnownPlainRows(intake, admission);
  const streams = connections.map((): StreamReader =>
    protocol === "carbon"
      ? new CarbonStream(admission, plain?.open())
      : new MsgpackStream(admission, plain?.open()),
  );
  let isIntact = true;
  for (let turn = 0; connections.some((pieces) => turn < pieces.length); turn++) {
    for (const [k, pieces] of connections.entries()) {
      const piece = pieces[turn];
      if (piece === undefined) continue;
      admission.begin(nowMs + turn);
      isIntact = streams[k]!.push(piece) && isIntact;
    }
  }
  for (const stream of streams) stream.end();
  intake.flush();
  const refusals = ledger
    .report()
    .map(({ reason, count, lastMs, lastExample }) => `${reason} ${count} ${lastMs} ${lastExample}`)
    .sort();
  return { rows: outlet.rows, refusals, acceptedCount: admission.acceptedCount, isIntact };
}

/** Rows of one shard come in their order; shards are told apart since their batches go out apart. */
function byShard({ rows, ...rest }: Outcome): unknown {
  return { ...rest, rows: [0, 1, 2].map((shard) => rows.filter((row) => row.shard === shard)) };
}

function expectAlike(input: Input): Outcome {
  const slow = read("reader alone", input);
  expect(byShard(read("twin", input))).toEqual(byShard(slow));
  expect(byShard(read("kernel", input))).toEqual(byShard(slow));
  return slow;
}

const names = [
  ...["a", "a.b", "web.fe1.load", "fifteen.bytes.x", "sixteen.bytes.xx", "seventeen.bytes.x"],
  ...["thirty.two.bytes.long.name.here.", "disk;host=a;dc=b", "disk;dc=b;host=a", "größe.°C"],
  ...["secret.x", "", ";x=y", "n".repeat(1024), "n".repeat(1025), "bad\u0001name", "a b"],
];
const values = [
  ...["0", "-0", "1", "-1", "3.25", "007", "1.", ".5", ".", "-", "+1", "1e3", "1e", "nan", "inf"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "0.1", "0.30000000000000004"],
  ...["123456789012345678", "1234567890123456789", "12345678901234567890", "0.000000000000000001"],
  ...["5e-324", "1.7976931348623157e308", "1e999", "0x10", "1_0", "99999999999999999999999", "1-"],
  ...["2.2250738585072014", "179769313486231570", "4503599627370496.5", "0.9999999999999999999"],
];
const times = [
  ...["1800000000", "1799999990", "1799999000.5", "-1", "0", "1800000601", "1800000600", "17e8"],
  ...["1798999999", "1799000000", "18000000000", "01800000000", "", "x", "1800000000 x", "1,8"],
];
const ends = ["\n", "\n", "\n", "\r\n", " \n", "\r\r\n", "\n\n"];

function carbonLines(seed: number, lineCount: number): string {
  const random = seededRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random.next() * from.length)]!;
  let text = "";
  for (let i = 0; i < lineCount; i++) {
    // Most are plain, in an order that comes again, so that every way of looking up is walked.
    const isPlain = random.next() < 0.7;
    const name = isPlain ? names[i % 7]! : pick(names);
    const value = isPlain ? String(Math.round(random.next() * 1e6) / 10 ** (i % 5)) : pick(values);
    const time = isPlain ? "1799999990" : pick(times);
    const blank = random.next() < 0.05 ? pick(["  ", "\t", " \t "]) : " ";
    text += `${name}${blank}${value}${random.next() < 0.9 ? blank : " "}${time}${isPlain ? "\n" : pick(ends)}`;
  }
  return text;
}

function cut(bytes: Uint8Array, seed: number, mostBytes: number): Uint8Array[] {
  const random = seededRandom(seed);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random.next() * mostBytes));
    pieces.push(bytes.slice(at, end));
    at = end;
  }
  return pieces;
}

test("lines come to the same rows and refusals by kernel, by twin and by the reader alone", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const bytes = Buffer.from(carbonLines(seed, 120));
    const { acceptedCount } = expectAlike({
      protocol: "carbon",
      connections: [cut(bytes, seed, seed % 3 === 0 ? 40 : 5000)],
    });
    expect(acceptedCount).toBeGreaterThan(50);
  }
});

test("every value and every time is taken alike, whatever the other is", () => {
  const known = "x 1 1800000000\n";
  for (const value of values) {
    const lines = times.map((time) => `x ${value} ${time}\n`).join("");
    expectAlike({ protocol: "carbon", connections: [[Buffer.from(known + lines)]] });
  }
});

test("lines that are cut at any byte come to the same", () => {
  const text = "a 1 1800000000\na.b 2.5 1800000000\r\na 1e2 1800000001\na.b -3 1800000002\na 4";
  const bytes = Buffer.from(`${text} 1800000003\na 5 1800000004`);
  for (let at = 0; at <= bytes.length; at++) {
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)];
    const { acceptedCount, refusals } = expectAlike({ protocol: "carbon", connections: [pieces] });
    expect(acceptedCount).toBe(5);
    expect(refusals).toEqual([expect.stringMatching(/^cut-line 1 .*a 5 1800000004$/)]);
  }
});

test("arbitrary bytes among lines end no run and read nothing beyond theirs", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const bytes = Buffer.from(carbonLines(seed, 40));
    for (let k = 0; k < 30; k++) {
      bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
    }
    expectAlike({ protocol: "carbon", connections: [cut(bytes, seed, 300)] });
  }
});

test("connections that take turns, each in its order, and names in no order, come to the same", () => {
  const random = seededRandom(5);
  const line = (i: number): string => `fleet.host${i} ${i} 1800000000\n`;
  const ordered = Array.from({ length: 200 }, (ignored, i) => line(i)).join("");
  const shuffled = Array.from({ length: 600 }, () => line(Math.floor(random.next() * 200))).join(
    "",
  );
  const { acceptedCount } = expectAlike({
    protocol: "carbon",
    connections: [
      cut(Buffer.from(ordered.repeat(3)), 1, 700),
      cut(Buffer.from(shuffled), 2, 700),
      cut(Buffer.from(carbonLines(9, 100)), 3, 700),
    ],
  });
  expect(acceptedCount).toBeGreaterThan(1200);
});

test("more names than the table holds are told anew, and no row is lost or mixed up", () => {
  const random = seededRandom(6);
  const lines = Array.from({ length: 800 }, (ignored, i) => {
    return `many.${Math.floor(random.next() * 40)} ${i} 1800000000\n`;
  });
  const bytes = Buffer.from(lines.join(""));
  const input: Input = {
    protocol: "carbon",
    connections: [cut(bytes, 1, 200), cut(bytes, 2, 90)],
    nameCountMax: 12,
  };
  expect(expectAlike(input).acceptedCount).toBe(1600);
});

function messages(seed: number, count: number): Uint8Array {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)]!;
  const number = (code: number, width: number, write: (view: DataView) => void): number[] => {
    const bytes = new Uint8Array(1 + width);
    bytes[0] = code;
    write(new DataView(bytes.buffer, 1));
    return [...bytes];
  };
  const times = (): number[] =>
    pick<() => number[]>([
      () => number(0xce, 4, (view) => view.setUint32(0, 1_800_000_000)),
      () => number(0xcb, 8, (view) => view.setFloat64(0, 1_799_999_999 + random.next())),
      () => number(0xcb, 8, (view) => view.setFloat64(0, pick([-1, 0, NaN, Infinity, 1e12, -0]))),
      () => number(0xcf, 8, (view) => view.setBigUint64(0, 1_800_000_000n)),
      () => number(0xd2, 4, (view) => view.setInt32(0, pick([1_800_000_000, -1]))),
      () => [5],
    ])();
  const plainTime = number(0xce, 4, (view) => view.setUint32(0, 1_799_999_990));
  const value = (): number[] =>
    pick<() => number[]>([
      () =>
        number(0xcb, 8, (view) =>
          view.setFloat64(0, pick([random.next(), -0, NaN, Infinity, 5e-324])),
        ),
      () => number(0xca, 4, (view) => view.setFloat32(0, random.next())),
      () => [pick([0, 1, 127, 224, 255])],
      () => number(pick([0xcc, 0xd0]), 1, (view) => view.setUint8(0, 200)),
      () => number(pick([0xcd, 0xd1]), 2, (view) => view.setUint16(0, 60_000)),
      () => number(pick([0xce, 0xd2]), 4, (view) => view.setUint32(0, 4_000_000_000)),
      () => number(pick([0xcf, 0xd3]), 8, (view) => view.setBigUint64(0, 2n ** 63n + 1n)),
      () => pick([[0xc0], [0xc3], [0xa1, 0x31]]),
    ])();
  const text = (name: string): number[] => {
    const bytes = [...Buffer.from(name)];
    if (bytes.length < 32 && random.next() < 0.8) return [0xa0 | bytes.length, ...bytes];
    if (bytes.length < 256) return [pick([0xd9, 0xc4]), bytes.length, ...bytes];
    return [pick([0xda, 0xc5]), bytes.length >> 8, bytes.length & 255, ...bytes];
  };
  const out: number[] = [];
  for (let i = 0; i < count; i++) {
    if (random.next() < 0.05) {
      const length = Math.min(9, count - i);
      out.push(0x90 | length);
    }
    const isPlain = random.next() < 0.7;
    out.push(0x92, ...text(isPlain ? names[i % 7]! : pick(names)));
    if (random.next() < 0.03) out.push(0x93, ...times(), ...value(), ...value());
    else out.push(0x92, ...(isPlain ? plainTime : times()), ...value());
  }
  return Uint8Array.from(out);
}

test("MessagePack comes to the same rows and refusals, cut anywhere and in lists", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const bytes = messages(seed, 80);
    expectAlike({
      protocol: "msgpack",
      connections: [cut(bytes, seed, seed % 4 === 0 ? 20 : 3000), [messages(seed + 1000, 20)]],
    });
  }
  const bytes = messages(3, 6);
  for (let at = 0; at <= bytes.length; at++) {
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)];
    expectAlike({ protocol: "msgpack", connections: [pieces] });
  }
});

test("arbitrary bytes among MessagePack come to the same", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const bytes = messages(seed, 30);
    for (let k = 0; k < 3; k++) {
      bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
    }
    expectAlike({ protocol: "msgpack", connections: [cut(bytes, seed, 400)] });
  }
});

test.each(["kernel", "twin"] as const)("a %s finds no name with a blank in a line", (way) => {
  const outlet = new RememberingOutlet();
  const intake = new Intake(outlet, {
    rowsPerBatch: 64,
    flushAfterMs: 60_000,
    kernel: way === "kernel" ? kernel : undefined,
  });
  const ledger = new RefusalLedger(silentLogger);
  const admission = new Admission(intake, ledger, { skipList: [], maxAgeMs: 1e6, futureMaxMs: 0 });
  admission.begin(nowMs);
  const stream = new CarbonStream(admission, new KnownPlainRows(intake, admission).open());
  const push = (text: string): unknown => stream.push(Buffer.from(text));
  const blankName = Buffer.from("a b");
  push("x 1 1800000000\n");
  admission.row(blankName, 0, 3, nowMs, 1);
  // Twice, so that the name with a blank would be the one that is expected after x.
  for (let k = 0; k < 2; k++) push("x 1 1800000000\n");
  admission.row(blankName, 0, 3, nowMs, 2);
  push("x 1 1800000000\na b 1800000000\na b 1 1800000000\n");
  intake.flush();
  expect(outlet.names).toEqual(["x", "a b", "x", "x", "a b", "x"]);
  expect(ledger.report().map(({ reason, count }) => [reason, count])).toEqual([["bad-value", 2]]);
});
