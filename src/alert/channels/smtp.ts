/** Mail over SMTP: one to all recipients, text and HTML, with the graph of the first metric. */
import type { SmtpChannel } from "../alert-config.ts";
import { AlertError } from "../errors.ts";
import { messageOf } from "../message.ts";
import type { Notice } from "../notice.ts";
import type { SendSurroundings } from "./surroundings.ts";

const timeoutMs = 20_000;
const pictureId = "graph@kale";

export async function sendMail(
  channel: SmtpChannel,
  notice: Notice,
  { pageUrl, picture, readSecret }: SendSurroundings,
): Promise<void> {
  const { name, host, port, tls, user, from, to } = channel;
  const pass = await readSecret(channel.password);
  const drawn = await picture(notice);
  const { subject, text, html } = messageOf(notice, {
    pageUrl,
    pictureId: drawn === undefined ? undefined : pictureId,
  });
  // Loaded when the first mail is sent: most commands and threads never do.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    host,
    port,
    secure: tls === "tls",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user === "" ? {} : { auth: { user, pass } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject,
      text,
      html,
      // Mail programs show what belongs to one incident together.
      headers: { References: `<${notice.groupId}@kale>`, "Auto-Submitted": "auto-generated" },
      ...(drawn === undefined
        ? {}
        : {
            attachments: [
              {
                filename: "graph.png",
                content: Buffer.from(drawn),
                contentType: "image/png",
                cid: pictureId,
              },
            ],
          }),
    });
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const status = "responseCode" in error ? Number(error.responseCode) : 0;
    // 5xx of SMTP is a no for good; what has no number is the network.
    const code = status >= 500 ? "ALERT_REFUSED" : "ALERT_UNREACHABLE";
    throw new AlertError(code, `mail ${name} through ${host}:${port}: ${error.message}`, { cause });
  } finally {
    transport.close();
  }
}
