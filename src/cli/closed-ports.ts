/**
 * Which protocols a running Kale does not listen for, though it was to: their ports were taken.
 *
 * Whoever sends to such a port is heard by another program, and would only learn that nothing came back.
 */
import type { SourcesJson } from "../webapp/index.ts";

const requestTimeoutMs = 2000;

/**
 * @param baseUrl  of the page, e.g. "http://127.0.0.1:1500"
 * @returns protocol → what is wrong with its port; empty where nothing is, or where nobody answers
 */
export async function closedPorts(baseUrl: string): Promise<ReadonlyMap<string, string>> {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const response = await fetch(`${baseUrl}/kale/sources`, { signal });
    if (!response.ok) return new Map();
    const { sources } = (await response.json()) as Partial<SourcesJson>;
    return new Map(
      (sources ?? []).flatMap(({ protocol, problem }) =>
        problem === null ? [] : [[protocol, problem]],
      ),
    );
  } catch {
    return new Map(); // what comes next asks the same address, and tells
  }
}
