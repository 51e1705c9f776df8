/**
 * Asks another program over HTTP for JSON, with patience: what may pass is tried again, an answer that
 * is too large is told apart so that less can be asked for.
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { UsageError, type OptionSpec } from "../command.ts";
import { ImportError } from "./source.ts";

const answerBytesMax = 128 << 20;
const patienceMs = 120_000;
/** Waits between tries; as many tries and one more. */
const pausesMs = [500, 2000, 5000, 10_000];

export const tokenOption: OptionSpec = {
  flag: "--token-file",
  placeholder: "FILE",
  doc: "Holds a bearer token. A name and password may stand in the URL.",
};

export type RemoteAnswer =
  | { readonly ok: true; readonly json: unknown }
  /** More than we take, or more than the other one gives at once. */
  | { readonly ok: false; readonly fault: "too-much"; readonly message: string }
  /** It does not know the path, or not this kind of question. */
  | { readonly ok: false; readonly fault: "unknown"; readonly message: string };

export class RemoteReader {
  /** Without name and password. */
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws UsageError  where it is no address of HTTP */
  constructor(address: string | undefined, tokenFile: string | undefined) {
    if (address === undefined) throw new UsageError("name the URL, e.g. http://graphite:8080");
    const url = URL.parse(address);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new UsageError(`${JSON.stringify(address)} is no URL of HTTP, as http://graphite:8080`);
    }
    const { username, password } = url;
    url.username = "";
    url.password = "";
    this.url = url.href.replace(/\/+$/, "");
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = {
      ...(username === ""
        ? {}
        : { Authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
      ...(tokenFile === undefined ? {} : { Authorization: `Bearer ${tokenOf(tokenFile)}` }),
    };
  }

  /** Parameters go into the URL. */
  get(path: string, parameters: URLSearchParams): Promise<RemoteAnswer> {
    const query = parameters.size === 0 ? "" : `?${parameters.toString()}`;
    return this.#ask(path + query, {});
  }

  /** Parameters go into the body, where many have room. */
  post(path: string, parameters: URLSearchParams): Promise<RemoteAnswer> {
    return this.#ask(path, { method: "POST", body: parameters });
  }

  async #ask(path: string, request: RequestInit): Promise<RemoteAnswer> {
    let failure: unknown;
    for (const pauseMs of [0, ...pausesMs]) {
      if (pauseMs > 0) await wait(pauseMs);
      try {
        const response = await fetch(this.url + path, {
          ...request,
          headers: { ...this.#headers, Accept: "application/json" },
          signal: AbortSignal.timeout(patienceMs),
        });
        const text = await boundedText(response);
        if (text === undefined) {
          const message = `more than ${answerBytesMax >> 20} MiB`;
          return { ok: false, fault: "too-much", message };
        }
        if (response.ok) return { ok: true, json: this.#parsed(path, text) };
        const message = `${response.status} ${text.slice(0, 200)}`;
        if (response.status === 422 || response.status === 413) {
          return { ok: false, fault: "too-much", message };
        }
        if ([400, 404, 405, 501].includes(response.status)) {
          return { ok: false, fault: "unknown", message };
        }
        if (response.status < 500 && response.status !== 429) {
          throw new ImportError("IMPORT_REFUSED", `${this.url} refuses ${shortPath(path)}: ${message}`); // prettier-ignore
        }
        failure = new Error(message);
      } catch (error) {
        if (error instanceof ImportError) throw error;
        failure = error;
      }
    }
    throw new ImportError(
      "IMPORT_UNREACHABLE",
      `${this.url} does not answer: ${reasonOf(failure)}`,
      {
        cause: failure,
      },
    );
  }

  #parsed(path: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      const message = `${this.url} answers ${shortPath(path)} with something that is no JSON: ${JSON.stringify(text.slice(0, 80))}`;
      throw new ImportError("IMPORT_REFUSED", message, { cause });
    }
  }
}

/** @returns undefined where it is too long */
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return "";
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > answerBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tokenOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UsageError(`--token-file: ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** What fetch says stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ""
    ? `${error.message} (${error.cause.message})`
    : error.message;
}

function shortPath(path: string): string {
  return path.length > 100 ? `${path.slice(0, 100)}…` : path;
}
