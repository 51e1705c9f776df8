/** A `RemoteSeries` on a real Redis with the settings of a test. */
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { batchOf, type SampleColumns, type TimeRange } from "../../src/model/index.ts";
import {
  openRedisSeries,
  parseRedisAddress,
  type RedisSeriesOptions,
} from "../../src/store/redis/index.ts";
import type { RemoteSeries } from "../../src/store/remote/remote-series.ts";

export const always: TimeRange = { fromMs: 0, untilMs: 2 ** 47 };

export interface SmallRedisOptions extends Partial<RedisSeriesOptions> {
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
}

export function openSmall(
  address: string,
  { user = "", password = "", ca, ...options }: SmallRedisOptions = {},
): RemoteSeries {
  const parsed = parseRedisAddress(address);
  if (parsed === undefined) throw new Error(`no address: ${address}`);
  return openRedisSeries({
    clock: systemClock,
    logger: silentLogger,
    server: { address: parsed, user, password, ca },
    fullNamespace: "metrics.",
    miniNamespace: "mini.",
    isMiniOn: false,
    fullDurationMs: 86_400_000,
    miniDurationMs: 3_600_000,
    wants: () => true,
    seriesCountMax: 100_000,
    ...options,
  });
}

export type Row = readonly [name: string, timeMs: number, value: number];

export async function writeRows(
  series: RemoteSeries,
  rows: readonly Row[],
  isRepeat = false,
): Promise<void> {
  await series.write(batchOf(rows), { isRepeat });
}

export function pairsOf(columns: SampleColumns | undefined): [number, number][] {
  if (columns === undefined) throw new Error("the series is unknown");
  return Array.from(columns.timesMs, (timeMs, i) => [timeMs, columns.values[i] ?? NaN]);
}
