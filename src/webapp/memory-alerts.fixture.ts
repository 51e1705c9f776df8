/** An alert office that sends nothing: for tests and for looking at the pages. */
import type { Clock } from "../base/clock.ts";
import type {
  AlertDelivery,
  AlertOffice,
  AlertReport,
  AlertSilence,
  AlertSkip,
  AlertTestResult,
} from "../model/index.ts";

export class MemoryAlerts implements AlertOffice {
  readonly #clock: Clock;
  readonly #silences: AlertSilence[] = [];
  #silenceCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report(): AlertReport {
    return {
      routes: [
        {
          name: "database",
          match: "db.*, major or worse",
          channels: ["pager", "ops-mail"],
          repeatMs: 14_400_000,
          expireMs: 1_800_000,
        },
        { name: "rest", match: "every metric", channels: ["chat"], repeatMs: 0, expireMs: 0 },
      ],
      channels: [
        { name: "pager", type: "pagerduty", problem: "", lastSentMs: this.#clock.nowMs() - 60_000 },
        { name: "ops-mail", type: "smtp", problem: "no answer <b>", lastSentMs: null },
        { name: "chat", type: "slack", problem: "", lastSentMs: null },
      ],
      waitingCount: 1,
      sentCount: 1,
      failedCount: 0,
      droppedCount: 0,
    };
  }

  deliveries({ limit }: { readonly episodeId?: string; readonly limit: number }): AlertDelivery[] {
    const madeMs = this.#clock.nowMs() - 90_000;
    const shared = {
      route: "database",
      kind: "started",
      subject: "Kale: major: abnormal: db.primary.latency",
      madeMs,
    };
    const all: AlertDelivery[] = [
      {
        ...shared,
        id: 2,
        channel: "ops-mail",
        state: "waiting",
        tryCount: 3,
        sentMs: null,
        nextTryMs: this.#clock.nowMs() + 45_000,
        problem: "no answer <b>",
      },
      {
        ...shared,
        id: 1,
        channel: "pager",
        state: "sent",
        tryCount: 1,
        sentMs: madeMs + 1_200,
        nextTryMs: null,
        problem: "",
      },
    ];
    return all.slice(0, limit);
  }

  skipsOf(): AlertSkip[] {
    return [{ route: "rest", reason: "silence: moving disks", atMs: this.#clock.nowMs() }];
  }

  silences(): AlertSilence[] {
    return this.#silences.filter(({ untilMs }) => untilMs > this.#clock.nowMs());
  }

  addSilence(asked: {
    readonly metric: string;
    readonly note: string;
    readonly untilMs: number;
  }): AlertSilence | undefined {
    this.#silenceCount += 1;
    const silence = { ...asked, id: `s${this.#silenceCount}`, createdMs: this.#clock.nowMs() };
    this.#silences.push(silence);
    return silence;
  }

  removeSilence(id: string): boolean {
    const place = this.#silences.findIndex((silence) => silence.id === id);
    if (place >= 0) this.#silences.splice(place, 1);
    return place >= 0;
  }

  sendTest(channel?: string): Promise<readonly AlertTestResult[]> {
    const channels = channel === undefined ? ["pager", "ops-mail", "chat"] : [channel];
    return Promise.resolve(
      channels.map((name) => ({ channel: name, problem: name === "ops-mail" ? "no answer" : "" })),
    );
  }
}
