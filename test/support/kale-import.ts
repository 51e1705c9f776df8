/** `kale import` as a child process. */
import { type ChildProcess, spawn } from "node:child_process";

export interface ImportRun {
  readonly child: ChildProcess;
  readonly ended: Promise<ImportResult>;
}

export interface ImportResult {
  /** null where it was killed. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param input  for its stdin, which ends then */
export function startImport(args: readonly string[], input = ""): ImportRun {
  const child = spawn(process.execPath, ["src/cli/main.ts", "import", ...args]);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<ImportResult>((resolve) => {
    child.on("close", (status) => resolve({ status, out, err }));
  });
  return { child, ended };
}

export async function kaleImport(args: readonly string[], input = ""): Promise<ImportResult> {
  return await startImport(args, input).ended;
}
