/** Failures of a store that a sound program can meet; each message says what was tried on what. */

export type StoreErrorCode =
  /** Another process holds the data folder. */
  | "STORE_LOCKED"
  /** The folder was written by a newer Kale, or is not a data folder. */
  | "STORE_FORMAT"
  /** No room on the disk, a quota reached, or the disk failing: samples are in memory only. */
  | "STORE_DISK_FULL"
  /** A file or folder cannot be opened, read or written at all. */
  | "STORE_UNREACHABLE"
  /** Asked of a store that was closed. */
  | "STORE_CLOSED";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  /**
   * @param message  what was tried on what, and the remedy where there is one. Of a disk or file that
   *   fails: "open X"; it is told as "cannot open X: WHY", because only this line reaches a person, and
   *   a cause does not cross from thread to thread.
   */
  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(isOfSystem(code) ? `cannot ${message}${reasonOf(options?.cause)}` : message, options);
    this.code = code;
  }
}

function isOfSystem(code: StoreErrorCode): boolean {
  return code === "STORE_DISK_FULL" || code === "STORE_UNREACHABLE";
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== "" ? `: ${cause.message}` : "";
}
