/** Which store the settings ask for, with its secrets read from their files. */
import { readFileSync } from "node:fs";
import { parseRedisAddress, redisAddressForms } from "../store/index.ts";
import { StartError } from "./running.ts";
import type { Settings } from "./settings.ts";

export interface RedisChoice {
  readonly kind: "redis";
  readonly url: string;
  /** "" is the server's default user. */
  readonly user: string;
  /** "" is none. */
  readonly password: string;
  /** PEM of the authorities to trust; undefined is the system's. */
  readonly ca: string | undefined;
  readonly fullNamespace: string;
  readonly miniNamespace: string;
  readonly isMiniOn: boolean;
  readonly replicaCount: number;
}

export interface ElasticsearchChoice {
  readonly kind: "elasticsearch";
  readonly nodes: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly apiKey: string | undefined;
  /** PEM of the cluster's own authority; undefined is what the system trusts. */
  readonly certificates: string | undefined;
  readonly indexPrefix: string;
  /** Undefined: one, and a second where there is a second node. */
  readonly copyCount: number | undefined;
  readonly flushIntervalMs: number;
}

/** What crosses to the shard threads: plain values, secrets among them. */
export type StoreChoice = { readonly kind: "embedded" } | RedisChoice | ElasticsearchChoice;

/** @throws StartError  where an address cannot be used, or a file cannot be read */
export function storeChoiceOf(settings: Settings): StoreChoice {
  switch (settings.storeKind) {
    case "embedded":
      return { kind: "embedded" };
    case "redis":
      return redisChoiceOf(settings);
    case "elasticsearch":
      return elasticsearchChoiceOf(settings);
  }
}

/** @throws StartError  where an address cannot be used, or a file cannot be read */
export function redisChoiceOf(settings: Settings): RedisChoice {
  if (parseRedisAddress(settings.redisUrl) === undefined) {
    const message = `redis.url: found ${settings.redisUrl}; allowed is ${redisAddressForms}`;
    throw new StartError("START_STORE_UNUSABLE", message);
  }
  return {
    kind: "redis",
    url: settings.redisUrl,
    user: settings.redisUser,
    password: secretOf(settings.redisPassword, settings.redisPasswordFile, "redis.password-file"),
    ca: textOf(settings.redisCaFile, "redis.ca-file"),
    fullNamespace: settings.redisFullNamespace,
    miniNamespace: settings.redisMiniNamespace,
    isMiniOn: settings.redisMini,
    replicaCount: settings.redisReplicas,
  };
}

/** @throws StartError  where an address cannot be used, or a file cannot be read */
export function elasticsearchChoiceOf(settings: Settings): ElasticsearchChoice {
  const password = secretOf(
    settings.elasticsearchPassword,
    settings.elasticsearchPasswordFile,
    "elasticsearch.password-file",
  );
  const apiKey = secretOf(
    settings.elasticsearchApiKey,
    settings.elasticsearchApiKeyFile,
    "elasticsearch.api-key-file",
  );
  return {
    kind: "elasticsearch",
    nodes: settings.elasticsearchUrls,
    user: orUndefined(settings.elasticsearchUser),
    password: orUndefined(password),
    apiKey: orUndefined(apiKey),
    certificates: textOf(settings.elasticsearchCaFile, "elasticsearch.ca-file"),
    indexPrefix: settings.elasticsearchIndexPrefix,
    copyCount: settings.elasticsearchCopies === 0 ? undefined : settings.elasticsearchCopies,
    flushIntervalMs: settings.elasticsearchFlushIntervalMs,
  };
}

/** The first line of the file, where one is named; else what the setting itself says. */
function secretOf(value: string, path: string, key: string): string {
  const text = textOf(path, key);
  return text === undefined ? value : (/^[^\r\n]*/.exec(text)?.[0] ?? "");
}

function textOf(path: string, key: string): string | undefined {
  if (path === "") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError("START_STORE_UNUSABLE", `${key}: ${path} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

function orUndefined(text: string): string | undefined {
  return text === "" ? undefined : text;
}
