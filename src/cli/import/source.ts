/** What `kale import` can read from: one file in this folder each. */
import type { Logger } from "../../base/log.ts";
import type { Clock } from "../../base/clock.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import type { CommandIo, OptionSpec } from "../command.ts";
import type { Settings } from "../settings.ts";

export type ImportErrorCode =
  /** A file or folder cannot be read. */
  | "IMPORT_UNREADABLE"
  /** The other program does not answer. */
  | "IMPORT_UNREACHABLE"
  /** It answers, but not with what was asked for. */
  | "IMPORT_REFUSED";

/** The source cannot be read; the message is for people and names what was tried on what. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ImportErrorCode;

  constructor(code: ImportErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export interface ImportedSeries {
  readonly name: string;
  /** Any order, times may repeat: of equal ones the last counts. */
  readonly columns: SampleColumns;
}

/** Something that series can be taken over from. Rejects with an Error whose words are for people. */
export interface ImportSource {
  /** Says what is read, e.g. "redis://127.0.0.1:6379"; an interrupted import goes on with the same. */
  readonly identity: string;
  /** Items that are read and made durable together; a couple of thousand unless given. */
  readonly itemsPerStep?: number;
  /** What it is made of, such as names or files; sorted by code units, so that an import can go on. */
  items(): Promise<readonly string[]>;
  /**
   * The series of some items that stand together in the list. One series may come in several pieces.
   * @param range  samples outside of it may come too; they are left out
   */
  read(items: readonly string[], range: TimeRange): AsyncIterable<ImportedSeries>;
  /** What was odd about what was read, for a person; undefined where nothing was. */
  problem(): string | undefined;
  close(): Promise<void>;
}

export interface ImportSourceParts {
  readonly settings: Settings;
  /** What stood behind the source's name. */
  readonly words: readonly string[];
  /** The source's own options that were given: flag without dashes → text. */
  readonly given: ReadonlyMap<string, string>;
  /** Which names are wanted, before they get their prefix. */
  readonly wants: (name: string) => boolean;
  readonly io: CommandIo;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ImportSourceKind {
  /** As it is asked for: `kale import NAME`. */
  readonly name: string;
  /** For the help: what it reads and how it is told where. */
  readonly help: string;
  /** For the help, what stands behind `kale import`. */
  readonly example: string;
  /** Only this source takes them. */
  readonly options: readonly OptionSpec[];
  /** @throws UsageError  where it was asked for in a way that cannot be */
  open(parts: ImportSourceParts): Promise<ImportSource> | ImportSource;
}
