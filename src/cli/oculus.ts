/**
 * kale oculus import: has the running Kale import all shapes into the search engine, and waits for it.
 *
 * The running program does it, not this process: the shapes lie in its memory, and the data folder is
 * held by it. `kale start` imports by itself every few minutes; this is for whoever does not want to
 * wait, or wants to see why it fails.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError, type Command, type CommandIo, type OptionSpec } from "./command.ts";
import { optionHelp, readOptions } from "./options.ts";
import { ProgressBar } from "./progress.ts";

const urlDefault = "http://127.0.0.1:1500";
const answerTimeoutMs = 30_000;
const pollMs = 300;
const alreadyRunningStatus = 409;

const options: readonly OptionSpec[] = [
  { flag: "--url", placeholder: "URL", doc: "Where Kale listens." },
  {
    flag: "--token",
    placeholder: "TOKEN",
    doc: "The admin token; better in KALE_TOKEN or in a file.",
  },
  { flag: "--token-file", placeholder: "FILE", doc: "A file whose first line is the token." },
];

export const oculusCommand: Command = {
  name: "oculus",
  summary: "imports all shapes into the search engine now",
  help: `usage: kale oculus import [--url URL] [--token TOKEN | --token-file FILE]

Has the Kale that runs at URL (${urlDefault}) write the shapes of all its metrics into the search
engine of its settings (oculus.engine: elasticsearch), and waits until they serve searches. An import
that is under way is waited for. kale start does the same every oculus.import-interval.

${optionHelp(options)}

Exit status: 0 when the import serves, 1 when it failed or was left to another process, 2 when wrongly
asked.

  KALE_TOKEN=… kale oculus import
`,
  options,
  secondWords: ["import"],
  async run(args, io) {
    const { values, words } = readOptions(args, options);
    if (words.length !== 1 || words[0] !== "import") {
      throw new UsageError("what is to be done? There is: import");
    }
    const url = values.get("url") ?? urlDefault;
    if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no address`);
    const token = tokenOf(values, io);
    try {
      return await importNow(new URL(url), token, io);
    } catch (error) {
      if (!(error instanceof ImportFailure)) throw error;
      // What the engine says comes from outside.
      const message = error.message.replaceAll(/\p{Cc}/gu, "\ufffd");
      io.stderr.write(`kale oculus import: ${message}\n`);
      return 1;
    }
  },
};

/** What the running Kale or the way to it did not do; for a person. */
class ImportFailure extends Error {
  override readonly name = "ImportFailure";
}

interface ImportState {
  readonly started: number;
  readonly seconds: number | null;
  readonly written: number;
  readonly total: number;
  readonly outcome: string;
  readonly problem: string;
}

async function importNow(url: URL, token: string, io: CommandIo): Promise<number> {
  await ask(new URL("/kale/admin/import", url), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: "{}",
  });
  const bar = new ProgressBar(io, "importing");
  try {
    for (;;) {
      const status = await ask(new URL("/kale/status", url), {});
      const { lastImport, scorer } = (status["searchEngine"] ?? {}) as {
        lastImport?: ImportState | null;
        scorer?: string | null;
      };
      if (lastImport === undefined || lastImport === null)
        throw new ImportFailure(`${url.origin} tells of no import`);
      const { outcome, written, total, seconds, problem } = lastImport;
      if (outcome === "running") {
        bar.update(total === 0 ? 0 : written / total);
        await sleep(pollMs);
        continue;
      }
      bar.end();
      if (outcome !== "done") throw new ImportFailure(problem);
      const by = scorer === "plugin" ? "Kale's plugin" : "painless scripts";
      io.stdout.write(`${written} metrics in ${(seconds ?? 0).toFixed(1)} s, scored by ${by}\n`);
      return 0;
    }
  } finally {
    bar.end();
  }
}

/** An import that is under way is as good as one of ours. */
async function ask(url: URL, init: RequestInit): Promise<Readonly<Record<string, unknown>>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerTimeoutMs) });
    text = await response.text();
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error && cause.message !== "" ? cause.message : String(error);
    throw new ImportFailure(`no answer from ${url.origin}: ${reason}. Is \`kale start\` running?`);
  }
  const answer = parseObject(text);
  if (response.ok || response.status === alreadyRunningStatus) return answer;
  const { message } = (answer["error"] ?? {}) as { message?: unknown };
  throw new ImportFailure(
    typeof message === "string" ? message : `${url.origin}: HTTP status ${response.status}`,
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function tokenOf(values: ReadonlyMap<string, string>, io: CommandIo): string {
  const file = values.get("token-file");
  if (file !== undefined) {
    try {
      return (readFileSync(file, "utf8").split("\n", 1)[0] ?? "").trim();
    } catch (error) {
      throw new UsageError(`--token-file: ${(error as Error).message}`);
    }
  }
  const token = values.get("token") ?? io.env["KALE_TOKEN"] ?? "";
  if (token === "")
    throw new UsageError("the admin token is missing: set KALE_TOKEN or name a --token-file");
  return token;
}
