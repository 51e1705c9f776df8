/** From the listeners that the server reports to the places where senders reach them. */
import type { SourceJson } from "../../src/webapp/contract.ts";
import { targetOf, type Targets } from "./send-snippets.ts";

export function targetsOf(sources: readonly SourceJson[], pageHost: string): Targets {
  const addressesOf = (protocol: string): readonly string[] =>
    sources.find((source) => source.protocol === protocol)?.addresses ?? [];
  return {
    carbon: targetOf(addressesOf("carbon"), "tcp", pageHost),
    msgpack: targetOf(addressesOf("msgpack"), "udp", pageHost),
  };
}
