/** What a request is answered when a part of the program failed or stays silent. */
import type { Logger } from "../base/log.ts";
import { DeadlineError } from "./deadline.ts";
import { isStarting } from "./errors.ts";
import type { Fault, Refusal } from "./fault.ts";

/**
 * What the part said goes to the log; the caller learns the code of a failure of the world, and nothing
 * of the inside of a mistake of ours.
 */
export function failureOf(error: unknown, path: string, logger: Logger): Refusal {
  if (isStarting(error)) {
    const fault: Fault = { code: "starting", message: error.message };
    return { fault, headers: { "Retry-After": "1" } };
  }
  logger.error("a request failed", { path, error: String(error) });
  return { fault: faultOf(error), headers: {} };
}

function faultOf(error: unknown): Fault {
  if (error instanceof DeadlineError) return { code: "no-answer", message: `${error.message}.` };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") {
    return { code: "internal", message: "The program made a mistake; see its log." };
  }
  if (error instanceof Error && code.startsWith("REMOTE_")) {
    const message = `The machines that keep the samples did not answer: ${error.message}`;
    return { code: "unavailable", message };
  }
  return { code: "unavailable", message: `A part of the program failed: ${code}.` };
}
