/** Failures around alerts that a sound program can meet. */

/**
 * "ALERT_LEDGER_UNUSABLE": the file of what was sent cannot be opened, made or written.
 * "ALERT_SECRET_MISSING": the file that a secret should stand in cannot be read.
 * "ALERT_UNREACHABLE": the receiver did not answer, or says that it will later: worth another try.
 * "ALERT_REFUSED": the receiver says no for good: the address, the key or the form is wrong.
 */
export type AlertErrorCode =
  "ALERT_LEDGER_UNUSABLE" | "ALERT_SECRET_MISSING" | "ALERT_UNREACHABLE" | "ALERT_REFUSED";

export class AlertError extends Error {
  override readonly name = "AlertError";
  readonly code: AlertErrorCode;

  /** @param message  what was tried on what, without secrets */
  constructor(code: AlertErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
