/** What went wrong with Redis, in the words and codes of a remote store. */
import { RemoteError, type RemoteErrorCode } from "../remote/remote-series.ts";

/** What an error reply begins with, and what it is for us; the rest of the reply says more. */
const replyCodes: readonly (readonly [word: string, code: RemoteErrorCode, remedy: string])[] = [
  ["NOAUTH", "REMOTE_DENIED", "it wants a password: set redis.password"],
  ["WRONGPASS", "REMOTE_DENIED", "check redis.user and redis.password"],
  ["NOPERM", "REMOTE_DENIED", "its user lacks a permission, see ACL SETUSER"],
  ["ERR invalid password", "REMOTE_DENIED", "check redis.password"],
  ["ERR AUTH", "REMOTE_DENIED", "check redis.user and redis.password"],
  ["ERR Client sent AUTH", "REMOTE_DENIED", "it has no password: leave redis.password out"],
  ["ERR DB index", "REMOTE_REFUSED", "it has no such database"],
  ["ERR This instance has cluster support disabled", "REMOTE_REFUSED", "use redis:// for it"],
  ["LOADING", "REMOTE_UNREACHABLE", "it is loading its data, wait"],
  ["CLUSTERDOWN", "REMOTE_UNREACHABLE", "some slots have no node"],
  ["MASTERDOWN", "REMOTE_UNREACHABLE", "its master is away"],
  ["READONLY", "REMOTE_UNREACHABLE", "it is a replica; for failover use redis+sentinel://"],
  ["NOREPLICAS", "REMOTE_UNREACHABLE", "it has too few replicas, see min-replicas-to-write"],
  ["TRYAGAIN", "REMOTE_BUSY", "its slots are on the move"],
  ["BUSY", "REMOTE_BUSY", "a script has been running for long"],
  ["OOM", "REMOTE_REFUSED", "raise its maxmemory, or keep less with full-duration"],
  ["MISCONF", "REMOTE_REFUSED", "it cannot save to its disk, see its log"],
  ["WRONGTYPE", "REMOTE_CORRUPT", "another program keeps something else under this key"],
];

const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME_MISMATCH/;

/**
 * @param where  the server, e.g. "127.0.0.1:6379"
 * @param error  what the client or the server said
 */
export function remoteErrorOf(where: string, error: unknown): RemoteError {
  if (error instanceof RemoteError) return error;
  const { text, code } = detailsOf(error);
  const found = replyCodes.find(([word]) => text.startsWith(word));
  if (found !== undefined) {
    return new RemoteError(found[1], `Redis ${where}: ${text} (${found[2]})`, { cause: error });
  }
  if (certificateCodes.test(code)) {
    return new RemoteError(
      "REMOTE_DENIED",
      `Redis ${where}: ${text} (check redis.ca and the name in its certificate)`,
      { cause: error },
    );
  }
  if (text.startsWith("ERR")) {
    return new RemoteError("REMOTE_REFUSED", `Redis ${where}: ${text}`, { cause: error });
  }
  return new RemoteError("REMOTE_UNREACHABLE", `Redis ${where}: ${text}`, { cause: error });
}

/** The innermost cause that says something: a client's error often only wraps it. */
function detailsOf(error: unknown): { readonly text: string; readonly code: string } {
  if (!(error instanceof Error)) return { text: String(error), code: "" };
  if (error instanceof AggregateError && error.errors.length > 0) return detailsOf(error.errors[0]);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const { message } = error;
  if (message === "" && error.cause !== undefined) return detailsOf(error.cause);
  return { text: message === "" ? code || error.name : message, code };
}
