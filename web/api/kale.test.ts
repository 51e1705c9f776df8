import { afterEach, expect, test, vi } from "vitest";
import { fetchPoints } from "./kale.ts";

const asked = { name: "a b", from: 10, until: 20, maxPoints: 99 };

afterEach(() => vi.unstubAllGlobals());

/** Answers with this. @returns what was asked */
function serve(response: Response): { path: string; accept: string | null }[] {
  const calls: { path: string; accept: string | null }[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    calls.push({ path, accept: new Headers(init.headers).get("Accept") });
    return Promise.resolve(response);
  });
  return calls;
}

test("fetchPoints() asks for columns and gives points", async () => {
  const body = new Float64Array([0, 10, 20, 7, 12, 13.5, -1, 1.25]);
  new TextEncoder().encodeInto("KPT1\u0002", new Uint8Array(body.buffer));
  const calls = serve(new Response(body));
  expect(await fetchPoints(asked)).toEqual({
    ok: true,
    value: {
      name: "a b",
      from: 10,
      until: 20,
      sampleCount: 7,
      points: [
        [12, -1],
        [13.5, 1.25],
      ],
    },
  });
  const path = "/kale/points?name=a+b&from=10&until=20&maxPoints=99";
  expect(calls).toEqual([{ path, accept: "application/octet-stream" }]);
});

test("fetchPoints() gives the server's words where it refuses", async () => {
  const error = { code: "unknown-series", message: "No series has the name." };
  serve(Response.json({ error }, { status: 404 }));
  expect(await fetchPoints(asked)).toEqual({ ok: false, failure: { ...error, status: 404 } });
});

test("fetchPoints() says so where something else answers", async () => {
  serve(new Response("<!doctype html><title>Router</title>"));
  const result = await fetchPoints(asked);
  expect(result).toMatchObject({ ok: false, failure: { code: "unreachable" } });
  expect(JSON.stringify(result)).toContain("something else on this port");
});
