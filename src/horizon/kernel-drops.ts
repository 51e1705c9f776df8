/**
 * Datagrams that the system threw away because our socket's buffer was full, from Linux's
 * /proc/net/udp and udp6. Elsewhere nobody counts them.
 *
 *       sl  local_address rem_address   st tx_queue:rx_queue ... inode ref pointer drops
 *     1203: 0100007F:07E9 00000000:0000 07 00000000:00000000 ... 40211 2 00000000 17
 *
 * Source: Linux, Documentation/networking/proc_net_tcp.rst; net/ipv4/udp.c.
 */
import { readFileSync } from "node:fs";

/** @param isIpv6  the family of the socket that is bound to the port */
export function kernelDropCount(port: number, isIpv6: boolean): number {
  try {
    return parseDropCount(
      readFileSync(isIpv6 ? "/proc/net/udp6" : "/proc/net/udp", "latin1"),
      port,
    );
  } catch {
    return 0; // not Linux
  }
}

/** @returns the drops of all sockets on this port: there is one, unless addresses share it */
export function parseDropCount(table: string, port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let count = 0;
  for (const line of table.split("\n")) {
    const fields = line.trim().split(/ +/);
    if (fields[1]?.endsWith(suffix) !== true) continue;
    const drops = Number(fields.at(-1));
    if (Number.isSafeInteger(drops)) count += drops;
  }
  return count;
}
