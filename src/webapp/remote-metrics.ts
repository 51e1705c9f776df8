/** What the program tells Prometheus of the machines that keep its samples, shard by shard. */
import type { RemoteStoreStats } from "../model/index.ts";
import type { PrometheusText } from "./prometheus-text.ts";
import { warmShareOf } from "./remote-store-json.ts";

export function writeRemoteStore(
  text: PrometheusText,
  remote: RemoteStoreStats,
  labels: Readonly<Record<string, string | number>>,
): void {
  const gauges: readonly (readonly [name: string, help: string, value: number | null])[] = [
    ["reachable", "0 while the remote store does not answer.", remote.isReachable ? 1 : 0],
    [
      "waiting_samples",
      "Accepted samples that it has not acknowledged.",
      remote.waitingSampleCount,
    ],
    ["waiting_bytes", "Of these samples on the local disk.", remote.waitingBytes],
    ["waiting_limit_bytes", "Beyond it senders are made to wait.", remote.waitingBytesMax],
    [
      "oldest_waiting_timestamp_seconds",
      "When the oldest of these samples was taken in.",
      remote.oldestWaitingMs === null ? null : remote.oldestWaitingMs / 1000,
    ],
    ["holding", "Whether senders are made to wait.", remote.isHolding ? 1 : 0],
    ["window_filled_ratio", "How far the window is filled.", warmShareOf(remote.warmth)],
  ];
  for (const [name, help, value] of gauges) text.gauge(`kale_remote_${name}`, help, value, labels);
  const counters: readonly (readonly [name: string, help: string, value: number])[] = [
    ["written_samples_total", "Samples that it has acknowledged.", remote.writtenSampleCount],
    ["written_bytes_total", "Bytes sent to it for these samples.", remote.writtenBytes],
    ["retries_total", "Writes that had to be given again.", remote.retryCount],
    ["busy_total", "Times it asked for less.", remote.busyCount],
    ["held_writes_total", "Batches that waited at the limit.", remote.heldWriteCount],
    ["refused_samples_total", "Samples that it refused for good.", remote.refusedSampleCount],
  ];
  if (remote.summedStepCount !== undefined) {
    text.counter(
      "kale_remote_summed_steps_total",
      "Steps of queries answered from its sums, of which no sample was read.",
      remote.summedStepCount,
      labels,
    );
  }
  for (const [name, help, value] of counters) {
    text.counter(`kale_remote_${name}`, help, value, labels);
  }
}
