/** What an engine's failure means to the store. */
import { EngineError, type EngineErrorCode } from "../../engine/index.ts";
import { RemoteError, type RemoteErrorCode } from "../remote/remote-series.ts";

const codes: Readonly<Record<EngineErrorCode, RemoteErrorCode>> = {
  ENGINE_UNREACHABLE: "REMOTE_UNREACHABLE",
  ENGINE_BUSY: "REMOTE_BUSY",
  ENGINE_DENIED: "REMOTE_DENIED",
  ENGINE_REFUSED: "REMOTE_REFUSED",
  ENGINE_CORRUPT: "REMOTE_CORRUPT",
};

/** Any other error is our own mistake and comes back as it is. */
export function remoteError(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  return new RemoteError(codes[error.code], error.message, { cause: error });
}
