/** A notice in words: a subject, plain text, and HTML for mail. Names come from outside: escaped. */
import type { Notice, NoticeEpisode } from "./notice.ts";
import { utcText } from "./wall-clock.ts";

const minuteMs = 60_000;
/** Metrics that are spelled out; the page has the rest. */
const listedCountMax = 20;

export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MessageOptions {
  /** Without a slash at its end; "" leaves the links out. */
  readonly pageUrl: string;
  /** Content id of the picture of the first metric, where there is one. */
  readonly pictureId?: string | undefined;
}

export function messageOf(notice: Notice, { pageUrl, pictureId }: MessageOptions): Message {
  const subject = subjectOf(notice);
  const listed = notice.episodes.slice(0, listedCountMax);
  const more = notice.metricCount - listed.length;
  const lines = listed.map((episode) => lineOf(episode, pageUrl));
  if (more > 0) lines.push(`… and ${more} more`);
  const seen = seenWords(notice);
  const head = `${subject}\n${timesOf(notice)}${seen === "" ? "" : `\n${seen}`}`;
  const text = `${head}\n\n${lines.join("\n\n")}\n${pageUrl === "" ? "" : `\nAll that is abnormal now: ${pageUrl}/\n`}`;
  const picture =
    pictureId === undefined ? "" : `<p><img alt="graph" width="600" src="cid:${pictureId}"></p>`;
  const items = listed.map((episode) => itemOf(episode, pageUrl)).join("");
  const html = `<!doctype html><html><body style="font:15px/1.4 sans-serif">
<p><b>${escapeHtml(subject)}</b><br>${escapeHtml(timesOf(notice))}${seen === "" ? "" : `<br>${escapeHtml(seen)}`}</p>${picture}
<ul>${items}${more > 0 ? `<li>… and ${more} more</li>` : ""}</ul>${
    pageUrl === "" ? "" : `<p><a href="${escapeHtml(pageUrl)}/">All that is abnormal now</a></p>`
  }
</body></html>
`;
  return { subject, text, html };
}

/** One line, for mail, chat and pager. */
export function subjectOf({ kind, severity, metricCount, title, episodes }: Notice): string {
  if (kind === "test") return "Kale: a test, nothing is wrong";
  const first = episodes[0]?.name ?? "";
  if (kind === "digest") {
    return metricCount === 0
      ? "Kale: nothing was abnormal since the last digest"
      : `Kale: ${countOf(metricCount)} abnormal since the last digest`;
  }
  const what = metricCount === 1 ? first : `${title ?? countOf(metricCount)}, first ${first}`;
  const state = { started: "abnormal", grew: "more is abnormal", repeated: "still abnormal" };
  return kind === "ended" ? `Kale: over: ${what}` : `Kale: ${severity}: ${state[kind]}: ${what}`;
}

/** "Seen before: disk full, 93 %"; "" where it was not. */
export function seenWords({ seenBefore = [] }: Notice): string {
  if (seenBefore.length === 0) return "";
  const words = seenBefore.map(({ name, likeness }) => `${name}, ${Math.round(likeness)} %`);
  return `Seen before: ${words.join("; ")}`;
}

function countOf(metricCount: number): string {
  return metricCount === 1 ? "1 metric" : `${metricCount} metrics`;
}

function timesOf({ kind, startedMs, endedMs, atMs }: Notice): string {
  if (kind === "digest" || kind === "test") return utcText(atMs);
  const lengthMs = (endedMs ?? atMs) - startedMs;
  const length = lengthMs < minuteMs ? "under a minute" : `${Math.round(lengthMs / minuteMs)} min`;
  return endedMs === null
    ? `since ${utcText(startedMs)} (${length})`
    : `${utcText(startedMs)} to ${utcText(endedMs)} (${length})`;
}

function lineOf(episode: NoticeEpisode, pageUrl: string): string {
  const links = linksOf(episode, pageUrl).map(({ label, url }) => `  ${label}: ${url}`);
  return [episode.name, `  ${episode.sentence}`, ...links].join("\n");
}

function itemOf(episode: NoticeEpisode, pageUrl: string): string {
  const links = linksOf(episode, pageUrl)
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${label}</a>`)
    .join(" · ");
  return `<li><b>${escapeHtml(episode.name)}</b><br>${escapeHtml(episode.sentence)}${links === "" ? "" : `<br>${links}`}</li>`;
}

/** The three ways on from an alert: what it is, what moved like it, and how to have quiet. */
export function linksOf(
  { id, name }: Pick<NoticeEpisode, "id" | "name">,
  pageUrl: string,
): readonly { readonly label: string; readonly url: string }[] {
  if (pageUrl === "") return [];
  return [
    { label: "anomaly", url: `${pageUrl}/a/${encodeURIComponent(id)}` },
    { label: "similar", url: `${pageUrl}/oculus?name=${encodeURIComponent(name)}` },
    { label: "silence", url: `${pageUrl}/alerts?silence=${encodeURIComponent(name)}` },
  ];
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
