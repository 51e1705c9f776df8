/**
 * `kale similar NAME`: asks a running Kale, and shows a table to a person or JSON lines to a program.
 *
 * Reads the answer of `/kale/similar` tolerantly: a field that a newer or older server leaves out
 * costs a column, not the answer. Names are text from outside, so nothing in them reaches a terminal
 * as a control sequence.
 */
import type { CommandIo } from "./command.ts";

export interface OnlineOptions {
  /** Of the server, e.g. `http://127.0.0.1:1500`. */
  readonly url: string;
  /** Of the request, in its own words; undefined ones are not sent. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

interface FoundMatch {
  readonly name: string;
  readonly likeness: number | undefined;
  readonly distance: number | undefined;
  readonly lag: number | undefined;
  readonly sign: number | undefined;
}

const answerTimeoutMs = 60_000;

/** @returns the exit status: 0 with an answer, 1 without */
export async function askServer(options: OnlineOptions, io: CommandIo): Promise<number> {
  const url = new URL("/kale/similar", options.url);
  for (const [key, value] of Object.entries(options.parameters)) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    text = await response.text();
  } catch (error) {
    io.stderr.write(
      `kale similar: no answer from ${url.origin}: ${reasonOf(error)}. Is \`kale start\` running?\n`,
    );
    return 1;
  }
  const answer = parseObject(text);
  if (!response.ok || answer === undefined) {
    const { message } = (answer?.["error"] ?? {}) as { message?: unknown };
    const said = typeof message === "string" ? message : `HTTP status ${response.status}`;
    io.stderr.write(`${url.origin}: ${printable(said)}\n`);
    return 1;
  }
  if (io.stdout.isTTY === true) writeTable(answer, io);
  else for (const match of listOf(answer["matches"])) io.stdout.write(`${JSON.stringify(match)}\n`);
  const { limitedTo } = answer;
  if (typeof limitedTo === "string") io.stderr.write(`${printable(limitedTo)}\n`);
  return 0;
}

function writeTable(answer: Readonly<Record<string, unknown>>, io: CommandIo): void {
  const matches = listOf(answer["matches"]).map(readMatch);
  if (matches.length === 0) io.stdout.write("Nothing moved like it.\n");
  else {
    const rows = matches.map(({ name, likeness, distance, lag, sign }) => [
      likeness === undefined ? "" : `${likeness.toFixed(1)} %`,
      distance === undefined ? "" : distance.toPrecision(4),
      lag === undefined || lag === 0 ? "" : `${lag > 0 ? "+" : ""}${lag} s`,
      sign === -1 ? "inverted" : "",
      printable(name),
    ]);
    const heads = ["likeness", "distance", "lag", "sign", "name"];
    const widths = heads.map((head, at) =>
      Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
    );
    for (const row of [heads, ...rows]) {
      const cells = row.map((cell, at) =>
        at < 3 ? cell.padStart(widths[at] ?? 0) : at === 3 ? cell.padEnd(widths[at] ?? 0) : cell,
      );
      io.stdout.write(`${cells.join("  ").trimEnd()}\n`);
    }
  }
  const { compared, total } = answer;
  if (answer["exact"] === false && typeof compared === "number" && typeof total === "number") {
    io.stdout.write(`Not all: the time was up after ${compared} of ${total} metrics.\n`);
  }
}

function readMatch(value: unknown): FoundMatch {
  const match = (value ?? {}) as Readonly<Record<string, unknown>>;
  const name = match["name"];
  return {
    name: typeof name === "string" ? name : "",
    likeness: numberOf(match["likeness"]) ?? numberOf(match["score"]),
    distance: numberOf(match["distance"]),
    lag: numberOf(match["lag"]),
    sign: numberOf(match["sign"]),
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "\ufffd");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
