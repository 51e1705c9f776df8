/**
 * Unpacks the body of a request by its Content-Encoding, up to a limit.
 *
 * zlib and zstd grow what they give with what they unpack and stop at the limit; snappy says its
 * length first, which is held against the limit. A zstd frame may ask for a window of its own, so
 * that has a limit too: 8 MiB is what every decoder has to have (RFC 8878, 3.1.1.1.2) and what
 * senders use; twice as much is taken.
 */
import { promisify } from "node:util";
import { constants, gunzip, inflate, zstdDecompress } from "node:zlib";
import type { BodyFault } from "../model/index.ts";
import { decodeSnappy } from "../wire/index.ts";

export type UnpackResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: Exclude<BodyFault, "busy"> };

const zstdWindowLogMax = 24;

const unpackGzip = promisify(gunzip);
const unpackDeflate = promisify(inflate);
const unpackZstd = promisify(zstdDecompress);

/**
 * @param encoding  as in the header, one; several are unknown, since no sender packs twice
 * @param bytesMax  of what comes out
 */
export async function unpackBody(
  body: Uint8Array<ArrayBuffer>,
  encoding: string,
  bytesMax: number,
): Promise<UnpackResult> {
  switch (encoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return body.length > bytesMax ? refused("long-body") : { ok: true, bytes: body };
    case "gzip":
    case "x-gzip":
      return unpackedBy(unpackGzip(body, { maxOutputLength: bytesMax }));
    case "deflate":
      return unpackedBy(unpackDeflate(body, { maxOutputLength: bytesMax }));
    case "zstd": {
      const params = { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax };
      return unpackedBy(unpackZstd(body, { maxOutputLength: bytesMax, params }));
    }
    case "snappy": {
      const result = decodeSnappy(body, bytesMax);
      if (result.ok) return result;
      return refused(result.fault === "long-body" ? "long-body" : "bad-encoding");
    }
    default:
      return refused("unknown-encoding");
  }
}

async function unpackedBy(work: Promise<Uint8Array>): Promise<UnpackResult> {
  try {
    return { ok: true, bytes: await work };
  } catch (error) {
    const isLong = error instanceof Error && "code" in error && error.code === tooLargeCode;
    return refused(isLong ? "long-body" : "bad-encoding");
  }
}

const tooLargeCode = "ERR_BUFFER_TOO_LARGE";

function refused(fault: Exclude<BodyFault, "busy">): UnpackResult {
  return { ok: false, fault };
}
