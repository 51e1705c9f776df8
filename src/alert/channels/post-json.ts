/** Posts JSON, and tells whether a failure is worth another try. */
import { AlertError } from "../errors.ts";

const timeoutMs = 15_000;
const answerLengthMax = 300;

/**
 * @param what  for the error: the channel's name, no address, since that may hold a secret
 * @throws AlertError  ALERT_UNREACHABLE for no answer, 408, 429 and 5xx; ALERT_REFUSED for the rest
 */
export async function postJson(
  what: string,
  {
    url,
    token = "",
    body,
  }: { readonly url: string; readonly token?: string; readonly body: unknown },
): Promise<void> {
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = (await response.text()).slice(0, answerLengthMax);
  } catch (cause) {
    throw new AlertError("ALERT_UNREACHABLE", `${what} gave no answer: ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (response.ok) return;
  const { status } = response;
  const isPassing = status === 408 || status === 429 || status >= 500;
  const code = isPassing ? "ALERT_UNREACHABLE" : "ALERT_REFUSED";
  throw new AlertError(code, `${what} answered ${status}: ${answer}`);
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
