/** "A test, nothing is wrong": said at once and without a second try. */
import type { AlertTestResult } from "../model/index.ts";
import type { Channel } from "./alert-config.ts";
import { sendNotice } from "./channels/send.ts";
import type { SendSurroundings } from "./channels/surroundings.ts";
import type { Notice } from "./notice.ts";

/** Says a test through each of the channels; all are tried. */
export async function sendTestNotice(
  channels: readonly Channel[],
  around: SendSurroundings,
  nowMs: number,
): Promise<readonly AlertTestResult[]> {
  const notice: Notice = {
    kind: "test",
    groupId: `test-${Math.floor(nowMs)}`,
    route: "",
    severity: "minor",
    atMs: nowMs,
    startedMs: nowMs,
    endedMs: null,
    metricCount: 0,
    episodes: [],
  };
  return await Promise.all(
    channels.map(async (channel) => {
      try {
        await sendNotice(channel, notice, around);
        return { channel: channel.name, problem: "" };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { channel: channel.name, problem };
      }
    }),
  );
}
