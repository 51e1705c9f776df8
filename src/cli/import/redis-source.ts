/** Series of a running Skyline's Redis, or of a Kale's. */
import { openRedisSeries, parseRedisAddress, type RemoteSeries } from "../../store/index.ts";
import { UsageError } from "../command.ts";
import { redisChoiceOf } from "../store-choice.ts";
import type { ImportSource, ImportSourceKind } from "./source.ts";

export const redisSourceKind: ImportSourceKind = {
  name: "redis",
  help: "a Skyline's Redis: --redis-url URL and the other redis settings say where",
  example: "redis --redis-url unix:///tmp/redis.sock --data /var/lib/kale",
  options: [],
  open({ settings, words, wants, clock, logger }) {
    const [word] = words;
    if (word !== undefined) throw new UsageError(`${JSON.stringify(word)} is not expected here`);
    const { url, user, password, ca, fullNamespace, miniNamespace } = redisChoiceOf(settings);
    const address = parseRedisAddress(url);
    if (address === undefined)
      throw new UsageError(`${JSON.stringify(url)} is no address of Redis`);
    const series = openRedisSeries({
      clock,
      logger,
      server: { address, user, password, ca },
      fullNamespace,
      miniNamespace,
      isMiniOn: false,
      fullDurationMs: settings.fullDurationMs,
      miniDurationMs: settings.miniDurationMs,
      wants,
      seriesCountMax: settings.seriesCountMax,
    });
    return sourceOf(series, `${url} ${fullNamespace}`, wants);
  },
};

function sourceOf(
  series: RemoteSeries,
  identity: string,
  wants: (name: string) => boolean,
): ImportSource {
  return {
    identity,
    async items() {
      const { names } = await series.findNames({ query: "", limit: Number.MAX_SAFE_INTEGER });
      return names.filter(wants).sort();
    },
    async *read(items, range) {
      const wanted = new Set(items);
      yield* series.scan({
        range,
        wants: (name) => wanted.has(name),
        onProgress: () => undefined,
      });
    },
    problem: () => series.health().problem,
    close: () => series.close(),
  };
}
