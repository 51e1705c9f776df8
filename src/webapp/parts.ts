/** What the webapp is given: the ports it asks, and the facts it repeats on the status page. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type {
  AlertOffice,
  BandReader,
  BodyIntake,
  CardinalityReader,
  CollectionJournal,
  EpisodeJournal,
  FeedbackDesk,
  Keeper,
  NoteJournal,
  MetadataReader,
  RulesDesk,
  RulesTrialReader,
  SearchEngineControl,
  SeenBeforeReader,
  SeriesIndex,
  SeriesReader,
  ShardStats,
  ShareReport,
  SimilarityReader,
  SourceStats,
  ViewJournal,
} from "../model/index.ts";
import type { EpisodeFeed } from "./episode-feed.ts";
import type { IncidentBook } from "./incident-book.ts";

/** The metric that the program sends to its own door and looks for in its own store. */
export interface CanaryReport {
  /** "off": no canary is sent. "waiting": none has come back yet. */
  readonly state: "waiting" | "ok" | "late" | "off";
  readonly lastSeenMs: number | null;
  readonly roundTripMs: number | null;
}

/** The program takes metrics in, and reads what it kept: what is asked of the shards fails meanwhile. */
export interface StartingReport {
  /** 0 to 1 */
  readonly share: number;
}

/** One setting as it is in force. Secrets are masked by whoever lists them. */
export interface SettingReport {
  readonly key: string;
  readonly value: string;
  /** Where it was set, for a person: "default", "kale.yaml:12", "KALE_BIND", "--bind". */
  readonly source: string;
}

export interface JournalReport {
  readonly fileBytes: number;
  readonly episodeCount: number;
  /** Episodes that wait in memory because the file could not be written. */
  readonly unsavedCount: number;
  readonly lostCount: number;
}

/** Whoever else the webapp asks. A promise that stays silent is given up after a stated time. */
export interface WebappParts {
  readonly series: SeriesReader;
  /** Which series there are, by conditions, as a tree and by tags. */
  readonly index: SeriesIndex;
  /** Missing where nobody counts. */
  readonly cardinality?: CardinalityReader | undefined;
  /** Missing where nobody says what was expected. */
  readonly bands?: BandReader | undefined;
  readonly episodes: EpisodeJournal;
  /** Missing where nobody can be told. */
  readonly feedback?: FeedbackDesk | undefined;
  /** Missing where the nine checks alone judge, which know no rules. */
  readonly rules?: RulesDesk | undefined;
  readonly trials?: RulesTrialReader | undefined;
  readonly feed: EpisodeFeed;
  readonly similarity: SimilarityReader;
  /** Missing where none is configured. */
  readonly searchEngine?: SearchEngineControl | undefined;
  readonly seenBefore: SeenBeforeReader;
  /** Shared with whoever sends alerts; one of its own where nobody does. */
  readonly incidents?: IncidentBook | undefined;
  readonly collections: CollectionJournal;
  readonly keeper: Keeper;
  readonly alerts: AlertOffice;
  readonly notes: NoteJournal;
  readonly views: ViewJournal;
  readonly sources: () => Promise<readonly SourceStats[]>;
  readonly shards: () => Promise<readonly ShardStats[]>;
  /** What senders said of their metrics; missing where this process takes none in. */
  readonly metadata?: MetadataReader | undefined;
  /** Missing where this process takes no metrics in. */
  readonly bodies?: BodyIntake | undefined;
  /** Where a client is whose connection came through another port of ours, by the end that we see. */
  readonly tunnelled?: ((address: string, port: number) => string | undefined) | undefined;
  readonly journal: () => JournalReport;
  /** How the series are shared with other processes; undefined where they are not. */
  readonly share?: () => ShareReport | undefined;
  readonly canary: () => CanaryReport;
  /** Undefined once the shards answer. */
  readonly starting?: () => StartingReport | undefined;
  readonly settings: () => readonly SettingReport[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the original's page was told of its surroundings; see skyline-api.ts. */
export interface SkylineSettings {
  /** Where a click on a name leads; the first %s is replaced by the name. */
  readonly graphUrl: string;
  /** Empty: the original's page then shows no link to Oculus. */
  readonly oculusHost: string;
  readonly fullNamespace: string;
  readonly miniNamespace: string;
  readonly fullDurationMs: number;
  readonly miniDurationMs: number;
}

export const defaultSkylineSettings: SkylineSettings = {
  graphUrl: "/m/%s",
  oculusHost: "",
  fullNamespace: "metrics.",
  miniNamespace: "mini.",
  fullDurationMs: 86_400_000,
  miniDurationMs: 3_600_000,
};

/** What may grow, and how far. Each has an answer at its limit that the caller sees. */
export interface WebappLimits {
  /** Connections per port; further ones are closed at once. */
  readonly connectionCountMax: number;
  /** Open streams of /kale/events; further ones get 503. */
  readonly eventClientCountMax: number;
  /** How long a stream may leave what it was sent unread before it is cut. */
  readonly eventStallMs: number;
  readonly summaryEveryMs: number;
  readonly heartbeatEveryMs: number;
  /** How long an answer of a shard or a store is waited for. */
  readonly answerWaitMs: number;
  /** How long a search may take in all. */
  readonly searchWaitMs: number;
  /** Searches under way; further ones get 503. */
  readonly searchCountMax: number;
  /** How long an answer waits for what was seen before; it goes without that then. */
  readonly seenWaitMs: number;
  /** Held of senders' bodies, all together, until they are read; further ones get 503. */
  readonly senderBytesMax: number;
  /** Request line and headers together. */
  readonly headerBytesMax: number;
  /** How long open requests may still take when the webapp closes. */
  readonly closeWaitMs: number;
}

export const defaultWebappLimits: WebappLimits = {
  connectionCountMax: 1024,
  eventClientCountMax: 256,
  eventStallMs: 30_000,
  summaryEveryMs: 2_000,
  heartbeatEveryMs: 15_000,
  answerWaitMs: 10_000,
  searchWaitMs: 30_000,
  searchCountMax: 32,
  seenWaitMs: 2_000,
  senderBytesMax: 64 << 20,
  headerBytesMax: 16_384,
  closeWaitMs: 2_000,
};

/** What is said of the program as a whole. */
export interface WebappFacts {
  readonly version: string;
  readonly dataFolder: string;
  /** e.g. "embedded" */
  readonly store: string;
  readonly startedMs: number;
}
