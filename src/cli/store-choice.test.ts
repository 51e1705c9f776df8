import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defaultSettings } from "./settings.ts";
import { storeChoiceOf } from "./store-choice.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kale-choice-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("storeChoiceOf() keeps samples in the data folder where nothing else is asked for", () => {
  expect(storeChoiceOf(defaultSettings())).toEqual({ kind: "embedded" });
});

test("storeChoiceOf() reads secrets from the first line of their files", () => {
  const redis = {
    ...defaultSettings(),
    storeKind: "redis",
    redisPassword: "weaker",
    redisPasswordFile: file("password", "pass word\r\n"),
    redisCaFile: file("ca.pem", "-----BEGIN\nCERTIFICATE-----\n"),
  } as const;
  expect(storeChoiceOf(redis)).toMatchObject({
    kind: "redis",
    password: "pass word",
    ca: "-----BEGIN\nCERTIFICATE-----\n",
  });
  const elasticsearch = {
    ...defaultSettings(),
    storeKind: "elasticsearch",
    elasticsearchApiKeyFile: file("key", "abc=\nsecond line"),
  } as const;
  expect(storeChoiceOf(elasticsearch)).toMatchObject({
    kind: "elasticsearch",
    apiKey: "abc=",
    user: undefined,
    password: undefined,
  });
});

test("storeChoiceOf() names the setting whose file cannot be read", () => {
  const settings = {
    ...defaultSettings(),
    storeKind: "redis",
    redisPasswordFile: join(folder, "missing"),
  } as const;
  expect(() => storeChoiceOf(settings)).toThrow(/redis\.password-file: .*missing cannot be read/);
});
