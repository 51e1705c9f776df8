/**
 * Our own form, for programs of the site's own: the notice as JSON.
 *
 *     {"kind", "group", "route", "severity", "time", "started", "ended", "metricCount", "title", "subject",
 *      "seenBefore": [{"name", "likeness"}],
 *      "metrics": [{"id", "name", "started", "ended", "observed", "peak", "expected", "sentence", "links"}]}
 *
 * Times are Unix seconds. `group` is the same from start to end.
 */
import type { HttpChannel } from "../alert-config.ts";
import { linksOf, subjectOf } from "../message.ts";
import type { Notice } from "../notice.ts";
import { postJson } from "./post-json.ts";
import type { SendSurroundings } from "./surroundings.ts";

export async function sendToWebhook(
  { name, url, token }: HttpChannel,
  notice: Notice,
  { pageUrl, readSecret }: SendSurroundings,
): Promise<void> {
  await postJson(`webhook ${name}`, {
    url: await readSecret(url),
    token: await readSecret(token),
    body: noticeJson(notice, pageUrl),
  });
}

/** Also what a command finds on its standard input. */
export function noticeJson(notice: Notice, pageUrl: string): unknown {
  const { kind, groupId, route, severity, atMs, startedMs, endedMs, metricCount } = notice;
  return {
    kind,
    group: groupId,
    route,
    severity,
    time: atMs / 1000,
    started: startedMs / 1000,
    ended: endedMs === null ? null : endedMs / 1000,
    metricCount,
    title: notice.title ?? "",
    seenBefore: notice.seenBefore ?? [],
    subject: subjectOf(notice),
    metrics: notice.episodes.map((episode) => ({
      id: episode.id,
      name: episode.name,
      started: episode.startedMs / 1000,
      ended: episode.endedMs === null ? null : episode.endedMs / 1000,
      observed: episode.observed,
      peak: episode.peak,
      expected: episode.expected,
      sentence: episode.sentence,
      links: Object.fromEntries(linksOf(episode, pageUrl).map(({ label, url }) => [label, url])),
    })),
  };
}
