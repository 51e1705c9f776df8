/**
 * Every way in: what it is called, how it is opened where it is closed, and what a sender is told. Lines and
 * settings are to be copied as they are, with the host and port of this very Kale in them.
 */
import type { SourceJson, SourceProtocolJson } from "../../src/webapp/contract.ts";
import { askedGuides } from "./sender-guides-asked.ts";
import { httpGuides } from "./sender-guides-http.ts";
import { listenerGuides } from "./sender-guides-listeners.ts";
import { targetOf, type Snippet } from "./send-snippets.ts";
import type { Place, SenderGuide } from "./sender-guide.ts";

export const senderGuides: Readonly<Record<SourceProtocolJson, SenderGuide>> = {
  ...listenerGuides,
  ...httpGuides,
  ...askedGuides,
};

export const sourceProtocols = Object.keys(senderGuides) as SourceProtocolJson[];

/**
 * @param source  as the server tells of it; undefined where it is closed, or nothing came yet
 * @param page    the address of this page
 */
export function placeFor(
  { reach, port }: SenderGuide,
  source: SourceJson | undefined,
  page: Pick<URL, "hostname" | "port" | "protocol" | "origin">,
): Place {
  const { hostname: host, origin } = page;
  const usual = page.protocol === "https:" ? 443 : 80;
  const pagePort = page.port === "" ? usual : Number(page.port);
  const open = reach === "http" ? undefined : targetOf(source?.addresses ?? [], reach, host);
  return { host, port: port?.usual ?? pagePort, ...open, origin };
}

/** How the port is opened; undefined where there is nothing to open. */
export function openingOf({ port }: SenderGuide): Snippet | undefined {
  if (port === undefined) return undefined;
  return {
    title: "Open it",
    note: `kale.yaml; or start Kale with --port-${port.key} ${port.usual}`,
    text: `ports:\n  ${port.key}: ${port.usual}`,
  };
}
