/**
 * Prometheus' Alertmanager, API v2: one alert per metric, which Alertmanager groups and routes by
 * its own rules. An alert is over at its `endsAt`; one that lasts is sent again before that, since
 * Alertmanager forgets what nobody repeats.
 *
 * Source: Alertmanager's OpenAPI specification, POST /api/v2/alerts.
 */
import type { HttpChannel } from "../alert-config.ts";
import { linksOf } from "../message.ts";
import type { Notice, NoticeEpisode } from "../notice.ts";
import { postJson } from "./post-json.ts";
import { rfc3339 } from "../wall-clock.ts";
import type { SendSurroundings } from "./surroundings.ts";

/** How often what lasts is said again, and how long each saying holds. */
export const alertmanagerRefreshMs = 120_000;
const holdsMs = 4 * alertmanagerRefreshMs;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export async function sendToAlertmanager(
  { name, url, token }: HttpChannel,
  notice: Notice,
  { pageUrl, readSecret }: SendSurroundings,
): Promise<void> {
  if (notice.kind === "digest") return;
  const base = (await readSecret(url)).replace(/\/+$/, "");
  await postJson(`Alertmanager ${name}`, {
    url: base.endsWith("/api/v2/alerts") ? base : `${base}/api/v2/alerts`,
    token: await readSecret(token),
    body:
      notice.kind === "test"
        ? [testAlert(notice)]
        : notice.episodes.map((episode) => alertOf(episode, notice, pageUrl)),
  });
}

function alertOf(episode: NoticeEpisode, notice: Notice, pageUrl: string): unknown {
  const [path = "", ...tags] = episode.name.split(";");
  const links = linksOf(episode, pageUrl);
  return {
    labels: {
      ...tagLabels(tags),
      alertname: "KaleAnomaly",
      metric: path,
      severity: notice.severity,
      route: notice.route,
    },
    annotations: { summary: `${episode.name} is abnormal`, description: episode.sentence },
    startsAt: rfc3339(episode.startedMs),
    endsAt: rfc3339(episode.endedMs ?? notice.atMs + holdsMs),
    ...(links[0] === undefined ? {} : { generatorURL: links[0].url }),
  };
}

function testAlert({ atMs }: Notice): unknown {
  return {
    labels: { alertname: "KaleTest", severity: "minor" },
    annotations: { summary: "A test by Kale; nothing is wrong" },
    startsAt: rfc3339(atMs),
    endsAt: rfc3339(atMs + 60_000),
  };
}

/** Tags of the metric as labels; the few that no label can be called are left out. */
function tagLabels(tags: readonly string[]): Record<string, string> {
  const pairs = tags.map((tag) => [
    tag.slice(0, tag.indexOf("=")),
    tag.slice(tag.indexOf("=") + 1),
  ]);
  return Object.fromEntries(pairs.filter(([key = ""]) => labelName.test(key))) as Record<
    string,
    string
  >;
}
