/** The parameters of a request to Graphite's API: those of the URL and those of a form in the body. */
import type { WebappContext } from "../fault.ts";
import { ruleFor } from "../route-rules.ts";

/** @returns undefined where the body is longer than its route takes, or no form */
export async function readParameters(context: WebappContext): Promise<URLSearchParams | undefined> {
  const { method, url, path, raw } = context.req;
  const given = new URL(url).searchParams;
  const body: ReadableStream<Uint8Array> | null = raw.body;
  if (method !== "POST" || body === null) return given;
  const bytesMax = ruleFor(method, path)?.bodyBytesMax ?? 0;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) {
      context.header("Connection", "close");
      return undefined;
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks, length).toString("utf8");
  if (text === "") return given;
  const type = context.req.header("Content-Type") ?? "";
  if (!/^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return undefined;
  for (const [key, value] of new URLSearchParams(text)) given.append(key, value);
  return given;
}

/** Of a parameter given several times the last counts, as for graphite-web; "" where it is missing. */
export function lastOf(given: URLSearchParams, name: string): string {
  return given.getAll(name).at(-1) ?? "";
}

/** Of a parameter that may be written with brackets. */
export function allOf(given: URLSearchParams, name: string): string[] {
  const plain = given.getAll(name);
  return plain.length > 0 ? plain : given.getAll(`${name}[]`);
}

/** A whole number; undefined where it is missing or none. */
export function wholeOf(given: URLSearchParams, name: string): number | undefined {
  const text = lastOf(given, name);
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
