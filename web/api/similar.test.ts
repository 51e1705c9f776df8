import { afterEach, expect, test, vi } from "vitest";
import type { SimilarJson } from "../../src/webapp/contract.ts";
import { parseShape } from "../lib/drawing.ts";
import { emptyAsk, type SimilarAsk } from "../lib/similar-ask.ts";
import { searchSimilar } from "./similar.ts";

const part = { limit: 20, offset: 0, page: "p" };
const byName: SimilarAsk = { ...emptyAsk, target: { kind: "series", name: "a" } };

function answer(compared: number, final: boolean): SimilarJson {
  return {
    query: { name: "a", from: 0, until: 1, method: "best", values: [] },
    matches: [],
    final,
    exact: true,
    compared,
    total: 9,
    unmatched: {},
    tookMs: 1,
    searchedBy: "shards",
    whyShards: null,
    limitedTo: null,
    seenBefore: [],
  };
}

/** Answers with this text, in pieces of a few bytes. */
function serve(text: string, status = 200): { readonly calls: [string, RequestInit][] } {
  const calls: [string, RequestInit][] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    calls.push([path, init]);
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body, { status }));
  });
  return { calls };
}

afterEach(() => vi.unstubAllGlobals());

async function search(ask: SimilarAsk): Promise<{
  readonly seen: number[];
  readonly result: Awaited<ReturnType<typeof searchSimilar>>;
}> {
  const seen: number[] = [];
  const { signal } = new AbortController();
  const onAnswer = ({ compared }: SimilarJson): void => void seen.push(compared);
  return { result: await searchSimilar(ask, part, { signal, onAnswer }), seen };
}

test("searchSimilar() tells each answer as its line comes, and gives the final one", async () => {
  serve([answer(3, false), answer(9, true)].map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { result, seen } = await search(byName);
  expect(seen).toEqual([3, 9]);
  expect(result.ok && result.value.final).toBe(true);
});

test("searchSimilar() takes an answer that broke off for a failure", async () => {
  serve(`${JSON.stringify(answer(3, false))}\n`);
  const { result } = await search(byName);
  expect(result.ok ? "" : result.failure.message).toContain("broke off");
});

test.each([
  ["before the first answer", '{"error":{"code":"flat","message":"level"}}', 422],
  [
    "after some",
    `${JSON.stringify(answer(3, false))}\n{"error":{"code":"flat","message":"level"}}\n`,
    200,
  ],
])("searchSimilar() gives the server's refusal %s", async (_, text, status) => {
  serve(text, status);
  const { result } = await search(byName);
  expect(result.ok ? "" : result.failure.code).toBe("flat");
});

test("searchSimilar() posts a drawn shape as its sixty values", async () => {
  const { calls } = serve(`${JSON.stringify(answer(9, true))}\n`);
  const drawing = parseShape("0,100") ?? [];
  await search({ ...emptyAsk, target: { kind: "shape", drawing } });
  const [path, init] = calls[0] ?? ["", {}];
  expect([init.method, path.includes("name=")]).toEqual(["POST", false]);
  const { values } = JSON.parse(init.body as string) as { values: number[] };
  expect([values.length, values[0], values.at(-1)]).toEqual([60, 0, 100]);
});
