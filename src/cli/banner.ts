/** What a started Kale tells at the terminal: the page, and one line for each way to send a metric. */
import type { ListenAddress, RunningAddresses } from "./running.ts";

export interface BannerFacts {
  readonly addresses: RunningAddresses;
  readonly problems: readonly string[];
  readonly dataPath: string;
  readonly recordsHost: boolean;
  /** Shown this once; undefined where it was shown at an earlier start. */
  readonly newAdminToken: string | undefined;
}

export function startBanner(facts: BannerFacts): string {
  const { webapp, oculus, carbon, carbonPickle, msgpack, pickle } = facts.addresses;
  const lines = ["", "Kale is running.", ""];
  if (webapp !== undefined) lines.push(`  page      ${webapp}`);
  if (oculus !== undefined) lines.push(`  search    ${oculus}`);
  lines.push(`  data      ${facts.dataPath}`);
  if (facts.recordsHost) lines.push("  already   records this machine's own vital signs");
  if (facts.newAdminToken !== undefined) {
    lines.push(`  token     ${facts.newAdminToken}`);
    lines.push("            signs you in to change things; it is shown only this once, so keep it");
  }
  for (const problem of facts.problems) lines.push(`  problem   ${problem}`);
  if ([carbon, carbonPickle, msgpack, pickle].some((address) => address !== undefined)) {
    lines.push("", "Send a metric:");
  }
  if (carbon !== undefined) {
    lines.push(`  shell     ${shellLine(carbon)}`);
    lines.push(`  Carbon    any sender of plain text: ${show(carbon)}, TCP or UDP`);
  }
  const relay = pickle ?? carbonPickle;
  if (relay !== undefined) {
    lines.push(`  relay     in carbon.conf under [relay]: DESTINATIONS = ${show(relay)}`);
  }
  if (msgpack !== undefined) lines.push(`  Skyline   ${messagePackLine(msgpack)}`);
  return `${lines.join("\n")}\n\n`;
}

/** Carbon's plain text by nc; `-w1` is the one way to make every kind of nc end. */
export function shellLine({ host, port }: ListenAddress): string {
  return `echo "my.first.metric 42 $(date +%s)" | nc -w1 ${host} ${port}`;
}

/**
 * Skyline's MessagePack by what every Linux and macOS has: Perl and its core modules. The bytes are
 * an array of two, a text shorter than 32 bytes, an array of two, a 32-bit time, a double.
 */
export function messagePackLine(address: ListenAddress): string {
  const socket = `IO::Socket::IP->new(Proto=>"udp",PeerAddr=>"${address.host}",PeerPort=>${address.port})`;
  const packet = `pack("CCa*CCNCd>",146,160+length($n="my.first.metric"),$n,146,206,time,203,42)`;
  return `perl -MIO::Socket::IP -e '$s=${socket};$s->send(${packet})'`;
}

function show({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
