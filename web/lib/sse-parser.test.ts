import fc from "fast-check";
import { expect, test } from "vitest";
import { SseParser } from "./sse-parser.ts";

const stream =
  ": hello\n\nevent: anomaly\nid: 7\ndata: {\ndata: }\n\nevent:summary\r\ndata:1\r\n\r\ndata\n\nevent: lost\n\n";

const expected = [
  { event: "anomaly", data: "{\n}", lastId: "7" },
  { event: "summary", data: "1", lastId: "7" },
  { event: "message", data: "", lastId: "7" },
];

test("SseParser reads fields, comments, several lines of data and both line ends", () => {
  expect(new SseParser().push(stream)).toEqual(expected);
});

test("SseParser gives the same events however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const parser = new SseParser();
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const events = edges.slice(1).flatMap((edge, i) => parser.push(stream.slice(edges[i], edge)));
      expect(events).toEqual(expected);
    }),
  );
});

test("SseParser remembers the id it was started with, and one that comes without an event", () => {
  const parser = new SseParser("41");
  expect(parser.push("data: x\n\n")[0]?.lastId).toBe("41");
  expect(parser.push("id: 42\n\n")).toEqual([]);
  expect(parser.lastId).toBe("42");
});
