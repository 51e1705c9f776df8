/**
 * Slack's incoming webhooks, and what is compatible with them (Mattermost, Rocket.Chat, Zulip): a
 * text with Slack's mark-up, in which `&`, `<` and `>` must be escaped.
 *
 * Source: Slack API, "Sending messages using incoming webhooks", "Formatting text".
 */
import type { HttpChannel } from "../alert-config.ts";
import { linksOf, seenWords, subjectOf } from "../message.ts";
import type { Notice, NoticeEpisode } from "../notice.ts";
import { postJson } from "./post-json.ts";
import type { SendSurroundings } from "./surroundings.ts";

/** A message in a room is glanced at; the page has the rest. */
const listedCountMax = 10;

export async function sendToSlack(
  { name, url, token }: HttpChannel,
  notice: Notice,
  { pageUrl, readSecret }: SendSurroundings,
): Promise<void> {
  await postJson(`chat ${name}`, {
    url: await readSecret(url),
    token: await readSecret(token),
    body: { text: slackText(notice, pageUrl) },
  });
}

function slackText(notice: Notice, pageUrl: string): string {
  const listed = notice.episodes.slice(0, listedCountMax);
  const more = notice.metricCount - listed.length;
  const seen = seenWords(notice);
  return [
    `*${escapeSlack(subjectOf(notice))}*`,
    ...(seen === "" ? [] : [escapeSlack(seen)]),
    ...listed.map((episode) => slackLine(episode, pageUrl)),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join("\n");
}

function slackLine(episode: NoticeEpisode, pageUrl: string): string {
  const links = linksOf(episode, pageUrl).map(({ label, url }) => `<${escapeSlack(url)}|${label}>`);
  return [`• ${escapeSlack(`${episode.name}: ${episode.sentence}`)}`, ...links].join("  ");
}

function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
