/**
 * Names of the values of a collectd type: which of `if_octets`' two numbers is received and which is
 * sent does not travel with them, but stands in the file types.db on either side.
 *
 *     types.db   one type a line: NAME BLANKS source ( ',' BLANKS source )*
 *     source     NAME ':' kind ':' least ':' most        '#' begins a comment
 *
 * A type of one value needs no name, so that the table here holds those of several, as collectd 5
 * has them. A site with types of its own gives its file.
 *
 * Source: collectd manual, types.db(5).
 */

export type CollectdTypes = ReadonlyMap<string, readonly string[]>;

export const collectdTypes: CollectdTypes = new Map(
  Object.entries({
    arc_counts: ["demand_data", "demand_metadata", "prefetch_data", "prefetch_metadata"],
    arc_l2_bytes: ["read", "write"],
    compression: ["uncompressed", "compressed"],
    df: ["used", "free"],
    disk_io_time: ["io_time", "weighted_io_time"],
    disk_latency: ["read", "write"],
    disk_merged: ["read", "write"],
    disk_octets: ["read", "write"],
    disk_ops: ["read", "write"],
    disk_time: ["read", "write"],
    dns_octets: ["queries", "responses"],
    if_dropped: ["rx", "tx"],
    if_errors: ["rx", "tx"],
    if_octets: ["rx", "tx"],
    if_packets: ["rx", "tx"],
    io_octets: ["rx", "tx"],
    io_ops: ["read", "write"],
    io_packets: ["rx", "tx"],
    load: ["shortterm", "midterm", "longterm"],
    memcached_octets: ["rx", "tx"],
    mysql_octets: ["rx", "tx"],
    node_octets: ["rx", "tx"],
    ps_count: ["processes", "threads"],
    ps_cputime: ["user", "syst"],
    ps_disk_octets: ["read", "write"],
    ps_disk_ops: ["read", "write"],
    ps_pagefaults: ["minflt", "majflt"],
    serial_octets: ["rx", "tx"],
    vmpage_faults: ["minflt", "majflt"],
    vmpage_io: ["in", "out"],
    vs_threads: ["total", "running", "uninterruptible", "onhold"],
  }),
);

/** More types than any file has. */
const typeCountMax = 10_000;

/** @returns the types of a file over those of the table; lines that are none are passed over */
export function parseTypesDb(text: string): CollectdTypes {
  const types = new Map(collectdTypes);
  for (const line of text.split("\n")) {
    const [name = "", ...sources] = line
      .replace(/#.*/, "")
      .trim()
      .split(/[\s,]+/);
    const names = sources.map((source) => source.split(":")[0] ?? "");
    if (name === "" || names.length === 0 || names.includes("")) continue;
    if (types.size < typeCountMax) types.set(name, names);
  }
  return types;
}
