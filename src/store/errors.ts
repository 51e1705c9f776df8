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

  /** @param message  what was tried on what, and the remedy where there is one */
  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
