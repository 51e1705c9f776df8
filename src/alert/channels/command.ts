/**
 * Runs a program of the site's own, without a shell: the notice as JSON on its standard input, and
 * the few things that scripts want in KALE_KIND, KALE_GROUP, KALE_ROUTE, KALE_SEVERITY, KALE_SUBJECT.
 * Nothing that came from outside is ever part of the command line.
 */
import { spawn } from "node:child_process";
import type { CommandChannel } from "../alert-config.ts";
import { AlertError } from "../errors.ts";
import { subjectOf } from "../message.ts";
import type { Notice } from "../notice.ts";
import type { SendSurroundings } from "./surroundings.ts";
import { noticeJson } from "./webhook.ts";

const timeoutMs = 30_000;
const outputLengthMax = 300;

export function runCommand(
  { name, command }: CommandChannel,
  notice: Notice,
  { pageUrl }: SendSurroundings,
): Promise<void> {
  const [program = "", ...words] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ["pipe", "ignore", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        KALE_KIND: notice.kind,
        KALE_GROUP: notice.groupId,
        KALE_ROUTE: notice.route,
        KALE_SEVERITY: notice.severity,
        KALE_SUBJECT: subjectOf(notice),
      },
    });
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => {
      if (said.length < outputLengthMax) said += bytes.toString();
    });
    child.on("error", (cause) => {
      const message = `the command of ${name} could not be run: ${cause.message}`;
      reject(new AlertError("ALERT_REFUSED", message, { cause }));
    });
    child.on("close", (status, signal) => {
      if (status === 0) {
        resolve();
        return;
      }
      const how = signal === null ? `status ${status}` : `signal ${signal}`;
      const message = `the command of ${name} ended with ${how}: ${said.slice(0, outputLengthMax)}`;
      reject(new AlertError("ALERT_UNREACHABLE", message));
    });
    // A program that does not read its input is none of our business.
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${JSON.stringify(noticeJson(notice, pageUrl))}\n`);
  });
}
