/**
 * The parameters of a request that may be a GET with a query, or a POST with a form in its body, as
 * the copied query APIs have it. Those of the body come first; both count.
 */
import type { WebappContext } from "./fault.ts";
import { type IntakeFailure, readSenderBody } from "./intake-body.ts";

export type FormParameters =
  | { readonly ok: true; readonly parameters: URLSearchParams }
  | { readonly ok: false; readonly failure: IntakeFailure };

/** A body of another type than a form is not read. */
export async function readForm(context: WebappContext): Promise<FormParameters> {
  const { searchParams } = new URL(context.req.url);
  if (context.req.method !== "POST") return { ok: true, parameters: searchParams };
  const body = await readSenderBody(context);
  if (!body.ok) return body;
  const type = context.req.header("Content-Type") ?? "";
  if (!/^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    return { ok: true, parameters: searchParams };
  }
  const parameters = new URLSearchParams(new TextDecoder().decode(body.bytes));
  for (const [name, value] of searchParams) parameters.append(name, value);
  return { ok: true, parameters };
}
