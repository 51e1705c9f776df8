/**
 * PagerDuty's Events API v2: one incident there for one of ours, from trigger to resolve.
 *
 * Source: PagerDuty developer documentation, "Events API v2". A digest is no incident and is not
 * sent; a test is triggered and resolved at once, so that nobody is woken for long.
 */
import type { PagerDutyChannel, Severity } from "../alert-config.ts";
import { linksOf, subjectOf } from "../message.ts";
import type { Notice } from "../notice.ts";
import { postJson } from "./post-json.ts";
import type { SendSurroundings } from "./surroundings.ts";
import { noticeJson } from "./webhook.ts";

const summaryLengthMax = 1024;

const severityWords: Readonly<Record<Severity, string>> = {
  minor: "warning",
  major: "error",
  critical: "critical",
};

export async function sendToPagerDuty(
  { name, url, routingKey }: PagerDutyChannel,
  notice: Notice,
  { pageUrl, readSecret }: SendSurroundings,
): Promise<void> {
  if (notice.kind === "digest") return;
  const request = { url: await readSecret(url) };
  const key = { routing_key: await readSecret(routingKey), dedup_key: `kale-${notice.groupId}` };
  const resolve = { ...request, body: { ...key, event_action: "resolve" } };
  if (notice.kind !== "ended") {
    const first = notice.episodes[0];
    const body = {
      ...key,
      event_action: "trigger",
      client: "Kale",
      ...(pageUrl === "" ? {} : { client_url: pageUrl }),
      links: (first === undefined ? [] : linksOf(first, pageUrl)).map(({ label, url: href }) => ({
        href,
        text: label,
      })),
      payload: {
        summary: subjectOf(notice).slice(0, summaryLengthMax),
        source: first?.name ?? "kale",
        severity: severityWords[notice.severity],
        component: notice.route,
        group: notice.groupId,
        custom_details: noticeJson(notice, pageUrl),
      },
    };
    await postJson(`pager ${name}`, { ...request, body });
  }
  if (notice.kind === "ended" || notice.kind === "test") await postJson(`pager ${name}`, resolve);
}
