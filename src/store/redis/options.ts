/**
 * Where Redis is, and what of it is Kale's.
 *
 *     redis://HOST:PORT[/DATABASE]                  one server over TCP; rediss:// with TLS
 *     unix:///run/redis/redis.sock                  one server over a unix socket
 *     redis+sentinel://HOST:PORT,HOST:PORT/MASTER   the master that these sentinels name; rediss+…
 *     redis+cluster://HOST:PORT,HOST:PORT           a Cluster, found through any of these; rediss+…
 *
 * User and password are not part of the address, since addresses are shown on pages and in logs.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";

export interface RedisSeriesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly server: RedisServerOptions;
  /** What the keys of series begin with; "metrics." in the original. */
  readonly fullNamespace: string;
  /** The same of the short copies, which the original kept for Oculus; "mini.". */
  readonly miniNamespace: string;
  /** Whether the short copies are written and trimmed. */
  readonly isMiniOn: boolean;
  /** How much of each series is kept; 600 s of grace are added, as the original did. */
  readonly fullDurationMs: number;
  readonly miniDurationMs: number;
  /** Which names this shard owns: only those are listed, followed and trimmed. */
  readonly wants: (name: string) => boolean;
  /** Names that are remembered at most. */
  readonly seriesCountMax: number;
  /** How many replicas must have a batch before it counts as written; 0 unless given. */
  readonly replicaCount?: number;
  /** How often other programs' keys are looked at. 5 s unless given. */
  readonly followIntervalMs?: number;
}

export interface RedisServerOptions {
  readonly address: RedisAddress;
  /** "" is the server's default user. */
  readonly user: string;
  /** "" is none. */
  readonly password: string;
  /** PEM of the authorities that a server's certificate may come from; undefined is the system's. */
  readonly ca?: string | undefined;
}

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export type RedisAddress =
  | {
      readonly kind: "server";
      readonly at: RedisHost;
      readonly isTls: boolean;
      readonly database: number;
    }
  | { readonly kind: "socket"; readonly path: string }
  | {
      readonly kind: "sentinel";
      readonly sentinels: readonly RedisHost[];
      readonly masterName: string;
      readonly isTls: boolean;
    }
  | { readonly kind: "cluster"; readonly nodes: readonly RedisHost[]; readonly isTls: boolean };

/** For error messages. */
export const redisAddressForms =
  "redis://HOST:PORT, rediss://HOST:PORT, unix:///PATH, redis+cluster://HOST:PORT,HOST:PORT or redis+sentinel://HOST:PORT,HOST:PORT/MASTER";

/** @returns undefined where the text is none of the forms above */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: "socket", path };
  const found = /^(rediss?)(?:\+(cluster|sentinel))?:\/\/([^/@\s]+)(?:\/([^/\s]*))?$/.exec(text);
  if (found === null) return undefined;
  const [, scheme, kind, list = "", rest = ""] = found;
  const isTls = scheme === "rediss";
  const hosts = list.split(",").map((each) => hostOf(each, kind === "sentinel" ? 26_379 : 6379));
  const [at] = hosts;
  if (at === undefined || !hosts.every((host) => host !== undefined)) return undefined;
  if (kind === "cluster") return rest === "" ? { kind, nodes: hosts, isTls } : undefined;
  if (kind === "sentinel") {
    return rest === "" ? undefined : { kind, sentinels: hosts, masterName: rest, isTls };
  }
  if (hosts.length !== 1 || !/^\d{0,4}$/.test(rest)) return undefined;
  return { kind: "server", at, isTls, database: Number(rest) };
}

/** As `parseRedisAddress` reads it. */
export function showRedisAddress(address: RedisAddress): string {
  if (address.kind === "socket") return `unix://${address.path}`;
  const scheme = address.isTls ? "rediss" : "redis";
  switch (address.kind) {
    case "server":
      return `${scheme}://${showHost(address.at)}${address.database > 0 ? `/${address.database}` : ""}`;
    case "cluster":
      return `${scheme}+cluster://${address.nodes.map(showHost).join(",")}`;
    case "sentinel":
      return `${scheme}+sentinel://${address.sentinels.map(showHost).join(",")}/${address.masterName}`;
  }
}

export function showHost({ host, port }: RedisHost): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function hostOf(text: string, standardPort: number): RedisHost | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = found?.[3] === undefined ? standardPort : Number(found[3]);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
