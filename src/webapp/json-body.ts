/** The JSON body of a request, read up to a limit. */
import { quoted, type Fault, type WebappContext } from "./fault.ts";

export type JsonBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault };

/** A form of another site's page cannot send this type without asking us first (Fetch, CORS). */
export function isJson(context: WebappContext): boolean {
  const type = context.req.header("Content-Type") ?? "";
  return /^\s*application\/json\s*(?:;|$)/i.test(type);
}

/** No body at all reads as `{}`. */
export async function readJsonBody(context: WebappContext, bytesMax: number): Promise<JsonBody> {
  const bytes = await readBytes(context, bytesMax);
  if (bytes === undefined) {
    context.header("Connection", "close");
    return { ok: false, fault: tooLarge(bytesMax) };
  }
  if (bytes.length === 0) return { ok: true, value: {} };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The body is no JSON text in UTF-8: ${quoted(reason)}.`;
    return { ok: false, fault: { code: "bad-body", message } };
  }
}

export function tooLarge(bytesMax: number): Fault {
  const size = bytesMax >= 1 << 20 ? `${bytesMax >> 20} MiB` : `${bytesMax >> 10} KiB`;
  return { code: "body-too-large", message: `The body is longer than the ${size} taken here.` };
}

/** @returns undefined where it is longer */
async function readBytes(context: WebappContext, bytesMax: number): Promise<Buffer | undefined> {
  const body: ReadableStream<Uint8Array> | null = context.req.raw.body;
  if (body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
