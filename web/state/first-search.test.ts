import { afterEach, expect, test, vi } from "vitest";
import type { SimilarJson } from "../../src/webapp/contract.ts";
import { readAsk, type SimilarAsk } from "../lib/similar-ask.ts";
import { firstAnswerWithin, startFirstSearch, takeFirstSearch } from "./first-search.ts";

/** What the server was asked for, and its answer to each, line by line. */
interface Asked {
  readonly path: string;
  readonly lines: WritableStreamDefaultWriter<Uint8Array>;
}

const asked: Asked[] = [];

vi.stubGlobal("fetch", (path: string) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  asked.push({ path, lines: writable.getWriter() });
  return Promise.resolve(new Response(readable));
});

afterEach(() => {
  takeFirstSearch(askOf("?name=of+no+test"));
  asked.length = 0;
});

function askOf(search: string): SimilarAsk {
  return readAsk(new URLSearchParams(search));
}

async function answer(total: number, final: boolean): Promise<void> {
  const line = `${JSON.stringify({ total, final, matches: [] })}\n`;
  await asked[0]?.lines.write(new TextEncoder().encode(line));
  if (final) await asked[0]?.lines.close();
}

test.each([
  ["/", "?name=a"],
  ["/m/a", "?name=a"],
  ["/oculus", ""],
  ["/oculus", "?method=dtw"],
])("startFirstSearch() asks nothing for %s%s", async (pathname, search) => {
  startFirstSearch({ pathname, search });
  await firstAnswerWithin(60_000);
  expect(asked).toEqual([]);
  expect(takeFirstSearch(askOf(search))).toBeUndefined();
});

test("startFirstSearch() asks what the page will ask, and follow() hears of what came and what comes", async () => {
  const search = "?name=web.load&method=dtw&limit=40";
  startFirstSearch({ pathname: "/oculus", search });
  expect(asked[0]?.path).toMatch(/^\/kale\/similar\?name=web\.load&method=dtw&limit=40&page=/);
  const answered = firstAnswerWithin(60_000);
  await answer(1, false);
  await answered;

  const first = takeFirstSearch(askOf(search));
  const heard: SimilarJson[] = [];
  const result = first?.follow((one) => heard.push(one));
  await answer(2, true);
  expect(await result).toMatchObject({ ok: true, value: { total: 2, final: true } });
  expect(heard.map(({ total }) => total)).toEqual([1, 2]);
  expect(first?.answer?.total).toBe(2);
});

test("firstAnswerWithin() waits no longer than given", async () => {
  startFirstSearch({ pathname: "/oculus", search: "?name=a" });
  await firstAnswerWithin(1);
  expect(takeFirstSearch(askOf("?name=a"))?.answer).toBeUndefined();
});

test("takeFirstSearch() gives it to who asks the same, and once", () => {
  startFirstSearch({ pathname: "/oculus", search: "?name=a" });
  expect(takeFirstSearch(askOf("?name=a"))).toBeDefined();
  expect(takeFirstSearch(askOf("?name=a"))).toBeUndefined();
});

test.each(["?name=b", "?name=a&limit=40", "?name=a&from=100&until=200", "?shape=0:10,30:90"])(
  "takeFirstSearch() gives nobody who asks %s the search for a",
  (search) => {
    startFirstSearch({ pathname: "/oculus", search: "?name=a" });
    expect(takeFirstSearch(askOf(search))).toBeUndefined();
  },
);

test("the signal given to follow() ends the search", async () => {
  startFirstSearch({ pathname: "/oculus", search: "?name=a" });
  const end = new AbortController();
  const result = takeFirstSearch(askOf("?name=a"))?.follow(() => undefined, end.signal);
  end.abort();
  await asked[0]?.lines.abort(new DOMException("ended", "AbortError"));
  expect((await result)?.ok).toBe(false);
});
