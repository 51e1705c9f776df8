/** The page's stream of events, as a browser reads it. */
import type { AnomalyEventJson } from "../../src/webapp/contract.ts";

/** Resolves when the signal has ended it. */
export async function anomalyEvents(
  url: string,
  signal: AbortSignal,
  onAnomaly: (event: AnomalyEventJson) => void,
): Promise<void> {
  try {
    const response = await fetch(url, { signal });
    const decoder = new TextDecoder();
    let waiting = "";
    for await (const chunk of response.body!) {
      waiting += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = waiting.split("\n\n");
      waiting = blocks.pop()!;
      for (const block of blocks) {
        if (!block.includes("event: anomaly")) continue;
        const data = block.split("\n").find((line) => line.startsWith("data:"));
        if (data !== undefined) onAnomaly(JSON.parse(data.slice(5)) as AnomalyEventJson);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
