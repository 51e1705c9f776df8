import { expect, test } from "vitest";
import { parseRedisAddress, showRedisAddress } from "./options.ts";

test.each([
  ["redis://127.0.0.1:6379", "redis://127.0.0.1:6379"],
  ["redis://db.example", "redis://db.example:6379"],
  ["redis://db.example:7000/3", "redis://db.example:7000/3"],
  ["rediss://[::1]:6390", "rediss://[::1]:6390"],
  ["unix:///run/redis/redis.sock", "unix:///run/redis/redis.sock"],
  ["redis+cluster://a:7000,b:7001,c", "redis+cluster://a:7000,b:7001,c:6379"],
  ["rediss+sentinel://a,b:26380/mymaster", "rediss+sentinel://a:26379,b:26380/mymaster"],
])("parseRedisAddress() reads %s", (text, shown) => {
  const address = parseRedisAddress(text);
  expect(address && showRedisAddress(address)).toBe(shown);
});

test.each([
  ["nothing", ""],
  ["no scheme", "127.0.0.1:6379"],
  ["another program's", "http://127.0.0.1:6379"],
  ["a password in the address", "redis://:secret@127.0.0.1:6379"],
  ["two servers without a Cluster", "redis://a:1,b:2"],
  ["a port beyond 65535", "redis://a:65536"],
  ["a database that is no number", "redis://a:1/x"],
  ["a sentinel without its master's name", "redis+sentinel://a:1"],
  ["a Cluster with a database", "redis+cluster://a:1/1"],
  ["a relative socket", "unix://redis.sock"],
])("parseRedisAddress() refuses %s", (unused, text) => {
  expect(parseRedisAddress(text)).toBeUndefined();
});
