/**
 * Scrapes one target as Prometheus does: asks for its page of metrics every so often.
 *
 * What is read gets the labels `job` and `instance` (host and port of the URL), and three series tell
 * of the scrape itself, as in Prometheus: `up` is 1 or 0, `scrape_duration_seconds`, and
 * `scrape_samples_scraped`. Times that the target gives are kept; else a sample has the time at which
 * the scrape began.
 *
 * A series that a target no longer has just ends: Kale keeps no staleness markers. It is judged stale
 * by its silence, as any series, and queries see it for their lookback of 5 minutes.
 *
 * One scrape at a time. While the intake is full none is begun, and that is counted, since what would
 * be read had to be held. A target that is slow or sends too much is let go and said to be a problem.
 */
import type { Clock } from "../base/clock.ts";
import { statedGauge } from "../model/index.ts";
import { readExposition, type RowSink, TaggedNameWriter } from "../wire/index.ts";
import type { Intake } from "./intake.ts";
import type { MetricCatalog } from "./metric-catalog.ts";
import type { RefusalReason } from "./refusals.ts";
import type { ScrapeTarget } from "./settings.ts";
import type { Source } from "./source.ts";
import { StatedRows } from "./stated-rows.ts";

export interface ScrapeOptions {
  readonly everyMs: number;
  /** From the request to the end of the answer. */
  readonly timeoutMs: number;
  /** Of the answer, unpacked. */
  readonly answerBytesMax: number;
  readonly sampleCountMax: number;
  readonly clock: Clock;
  readonly catalog: MetricCatalog;
}

export const scrapeLimits = { answerBytesMax: 32 << 20, sampleCountMax: 200_000 };

const accepted =
  "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

export class ScrapePoller {
  readonly #source: Source;
  readonly #intake: Intake;
  readonly #target: ScrapeTarget;
  readonly #options: ScrapeOptions;
  readonly #labels: readonly (readonly [key: string, value: string])[];
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #problem: string | undefined;

  constructor(source: Source, intake: Intake, target: ScrapeTarget, options: ScrapeOptions) {
    this.#source = source;
    this.#intake = intake;
    this.#target = target;
    this.#options = options;
    this.#labels = [
      ["job", target.job],
      ["instance", instanceOf(target.url)],
    ];
  }

  /** E.g. "scrapes http://fe1:9100/metrics". */
  get address(): string {
    return `scrapes ${this.#target.url}`;
  }

  /** Why the last scrape failed, for a person. */
  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#begin(), this.#target.everyMs ?? this.#options.everyMs);
    this.#begin();
  }

  /** Resolves when nothing more will be taken in. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stop.abort();
    await this.#underWay;
  }

  #begin(): void {
    if (this.#underWay !== undefined) return;
    if (this.#intake.isFull) {
      this.#source.dropDatagram();
      return;
    }
    this.#underWay = this.#scrape().finally(() => {
      this.#underWay = undefined;
    });
  }

  async #scrape(): Promise<void> {
    const { clock, sampleCountMax, catalog } = this.#options;
    const nowMs = clock.nowMs();
    const startedMs = clock.elapsedMs();
    const answer = await this.#ask();
    if (this.#stop.signal.aborted) return;
    const seconds = (clock.elapsedMs() - startedMs) / 1000;
    this.#problem = answer.ok ? undefined : `${this.address}: ${answer.problem}`;
    this.#source.readWhole((sink) => {
      let sampleCount = 0;
      if (answer.ok) {
        const { body, format } = answer;
        const labels = this.#labels;
        const options = { format, nowMs, labels, sampleCountMax, onMetadata: catalog.hear };
        const rows = new StatedRows(sink, (series) => catalog.statedOf(series));
        const counts = readExposition(body, rows, options);
        sampleCount = counts.sampleCount + counts.unmeasuredCount + counts.refusedCount;
      }
      this.#tell(sink, nowMs, { sampleCount, seconds, isUp: answer.ok });
    });
  }

  #tell(
    sink: RowSink<RefusalReason>,
    nowMs: number,
    { sampleCount, seconds, isUp }: { sampleCount: number; seconds: number; isUp: boolean },
  ): void {
    const name = new TaggedNameWriter();
    const rows = [
      ["up", Number(isUp)],
      ["scrape_duration_seconds", seconds],
      ["scrape_samples_scraped", sampleCount],
    ] as const;
    for (const [metric, value] of rows) {
      name.clear();
      name.headText(metric);
      for (const [key, text] of this.#labels) name.tagText(key, text);
      sink.row(name.bytes, 0, name.compose(), nowMs, value, statedGauge);
    }
  }

  async #ask(): Promise<ScrapeAnswer> {
    const { timeoutMs, answerBytesMax } = this.#options;
    const { url, authorization } = this.#target;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([timeout, this.#stop.signal]);
    try {
      const response = await fetch(url, {
        signal,
        headers: {
          Accept: accepted,
          "User-Agent": "kale",
          ...(authorization === undefined ? {} : { Authorization: authorization }),
          "X-Prometheus-Scrape-Timeout-Seconds": String(timeoutMs / 1000),
        },
      });
      if (!response.ok) {
        await response.body?.cancel();
        return { ok: false, problem: `answered with status ${response.status}` };
      }
      const body = await readLimited(response, answerBytesMax);
      if (body === undefined) {
        return { ok: false, problem: `sent more than ${answerBytesMax} bytes` };
      }
      const type = response.headers.get("Content-Type") ?? "";
      const isOpenMetrics = type.trimStart().startsWith("application/openmetrics-text");
      return { ok: true, body, format: isOpenMetrics ? "openmetrics" : "text" };
    } catch (error) {
      if (timeout.aborted) return { ok: false, problem: `no answer within ${timeoutMs / 1000} s` };
      return { ok: false, problem: reasonOf(error) };
    }
  }
}

type ScrapeAnswer =
  | { readonly ok: true; readonly body: Uint8Array; readonly format: "text" | "openmetrics" }
  | { readonly ok: false; readonly problem: string };

/** @returns undefined where there is more */
async function readLimited(response: Response, bytesMax: number): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const body: ReadableStream<Uint8Array> | null = response.body;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > bytesMax) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** What the connection failed of stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ""
    ? error.cause.message
    : error.message;
}

/** Host and port, the port that the scheme means where none is written. */
function instanceOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
}
