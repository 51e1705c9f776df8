/** A started Kale as the commands see it: what compose.ts gives and start, demo and doctor use. */
import type { Logger } from "../base/log.ts";
import type { EpisodeEvent, SampleSink } from "../model/index.ts";
import type { CommandIo } from "./command.ts";
import type { SettingOrigins, Settings } from "./settings.ts";

export interface StartOptions {
  readonly settings: Settings;
  /** Where each value came from; for the status page. */
  readonly origins: SettingOrigins;
  /**
   * Keys of the ports that were asked for by name, e.g. "ports.pickle": where one of them is taken,
   * the start ends with a `StartError`; a default port that is taken is left out and told.
   */
  readonly asked: ReadonlySet<string>;
  readonly io: CommandIo;
  readonly logger: Logger;
  /** Hears how much of what was kept is read, 0 to 1; listeners are open by then. */
  readonly onProgress?: (share: number) => void;
}

export interface ListenAddress {
  /** An address that a sender on this machine can use; never 0.0.0.0. */
  readonly host: string;
  readonly port: number;
}

/** Where it listens; a part that is off or could not listen is missing. */
export interface RunningAddresses {
  /** e.g. "http://127.0.0.1:1500" */
  readonly webapp?: string;
  readonly oculus?: string;
  readonly carbon?: ListenAddress;
  readonly carbonPickle?: ListenAddress;
  readonly msgpack?: ListenAddress;
  readonly pickle?: ListenAddress;
}

export interface RunningKale {
  readonly addresses: RunningAddresses;
  /** What does not work though it was wanted, one sentence each, e.g. a default port that is taken. */
  readonly problems: readonly string[];
  /** The admin token, where this start has made it: shown once, it cannot be had again. */
  readonly newAdminToken: string | undefined;
  /** Writes batches into the shards, past the limits on age that listeners apply. */
  readonly sink: SampleSink;
  /** Puts episodes into the journal that were found elsewhere: the demo's history. */
  record(events: readonly EpisodeEvent[]): void;
  /** Calls the listener once, when a page is asked for the first time. */
  onFirstVisit(listener: () => void): void;
  /**
   * How much of the window is filled from a store on other machines, 0 to 1; nothing is judged
   * before it is 1. Undefined while the store has not been reached.
   */
  warmShare(): Promise<number | undefined>;
  /** Resolves when all that was taken in is durable and every listener, thread and file is closed. */
  stop(): Promise<void>;
}

export type StartErrorCode =
  | "START_PORT_TAKEN"
  | "START_NO_PORT_LEFT"
  | "START_DATA_IN_USE"
  | "START_DATA_UNUSABLE"
  | "START_STORE_UNUSABLE"
  | "START_PART_FAILED"
  /** It is under way: only who asks meanwhile sees this. */
  | "STARTING";

/** Kale could not start for a reason that lies outside of it. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: StartErrorCode;

  /** @param message  what failed and what to do, e.g. "port 2024 (ports.pickle) is taken by …" */
  constructor(code: StartErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
