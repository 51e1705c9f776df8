/** Says a notice through a channel, whichever kind it is. */
import { readFile } from "node:fs/promises";
import type { Channel, Secret } from "../alert-config.ts";
import { AlertError } from "../errors.ts";
import type { Notice } from "../notice.ts";
import { sendToAlertmanager } from "./alertmanager.ts";
import { runCommand } from "./command.ts";
import { sendToPagerDuty } from "./pagerduty.ts";
import { sendToSlack } from "./slack.ts";
import { sendMail } from "./smtp.ts";
import type { SendSurroundings } from "./surroundings.ts";
import { sendToWebhook } from "./webhook.ts";

/** @throws AlertError  where it did not arrive */
export function sendNotice(
  channel: Channel,
  notice: Notice,
  around: SendSurroundings,
): Promise<void> {
  switch (channel.type) {
    case "smtp":
      return sendMail(channel, notice, around);
    case "slack":
      return sendToSlack(channel, notice, around);
    case "webhook":
      return sendToWebhook(channel, notice, around);
    case "pagerduty":
      return sendToPagerDuty(channel, notice, around);
    case "alertmanager":
      return sendToAlertmanager(channel, notice, around);
    case "command":
      return runCommand(channel, notice, around);
  }
}

/** @throws AlertError  ALERT_SECRET_MISSING */
export async function readSecret({ text, file }: Secret): Promise<string> {
  if (file === "") return text;
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new AlertError("ALERT_SECRET_MISSING", `read the secret in ${file}`, { cause });
  }
}
