/** A real graphite-web to compare answers with; see test/oracles/graphite_web.py. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Requirement } from "./requirements.ts";

const cacheFolder =
  process.env["KALE_ORACLES"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kale-oracles");
const home = join(cacheFolder, "graphite-web-1.1.8");

export const graphiteWeb: Requirement = {
  name: "graphite-web 1.1.8",
  setup: "npm run setup:oracles",
  get isThere() {
    return existsSync(join(home, "complete"));
  },
};

/** Has graphite-web and whisper. */
export const graphitePython = join(home, "bin/python");

export interface OracleSeries {
  readonly name: string;
  /** Seconds between values. */
  readonly step: number;
  /** Unix seconds of the first value, a multiple of the step. */
  readonly start: number;
  readonly values: readonly (number | null)[];
}

export interface OracleAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  /** Processor time of the view alone. */
  readonly seconds: number;
}

export class GraphiteWeb {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting: ((line: string) => void)[] = [];
  #problem = "";

  /** @param nowSeconds  the moment the data ends at */
  constructor(series: readonly OracleSeries[], nowSeconds: number) {
    this.#folder = mkdtempSync(join(tmpdir(), "kale-graphite-web-"));
    const script = join(import.meta.dirname, "../oracles/graphite_web.py");
    const child = spawn(graphitePython, [script, this.#folder], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (chunk: Buffer) => {
      this.#problem = (this.#problem + chunk.toString()).slice(-4000);
    });
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.(line));
    child.on("exit", () => {
      for (const resolve of this.#waiting.splice(0)) resolve("");
    });
    child.stdin.write(`${JSON.stringify({ series, now: nowSeconds })}\n`);
  }

  async ask(path: string, query: string): Promise<OracleAnswer> {
    return await this.#send({ path, query });
  }

  /** What Python reads in the body of an answer. */
  async decode(format: "pickle" | "msgpack", body: Buffer): Promise<unknown> {
    const answer = await this.#send({ decode: format, body: body.toString("base64") });
    return JSON.parse(answer.body.toString()) as unknown;
  }

  async #send(request: Record<string, string>): Promise<OracleAnswer> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
    if (line === "") throw new Error(`graphite-web ended: ${this.#problem}`);
    const answer = JSON.parse(line) as Omit<OracleAnswer, "body"> & { readonly body: string };
    return { ...answer, body: Buffer.from(answer.body, "base64") };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
