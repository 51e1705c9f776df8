/** Failures of the webapp that a sound program can meet. */

export type WebappErrorCode =
  "WEBAPP_PORT_TAKEN" | "WEBAPP_PORT_DENIED" | "WEBAPP_ADDRESS_MISSING" | "WEBAPP_LISTEN_FAILED";

/** Whether it is what the shards fail a question with while they read what they kept. */
export function isStarting(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "STARTING";
}

export class WebappError extends Error {
  override readonly name = "WebappError";
  readonly code: WebappErrorCode;
  readonly port: number;

  constructor(
    code: WebappErrorCode,
    message: string,
    options: { readonly port: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.port = options.port;
  }
}
