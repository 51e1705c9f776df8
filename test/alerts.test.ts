/** Alerts as their receivers get them: a real Kale, a real Alertmanager, a real SMTP server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { alertmanager, alertmanagerPath, describeWith } from "./support/requirements.ts";
import { sendDatagram, sendStream, skylineMessage } from "./support/send.ts";

const name = "db.primary.locks;env=prod";
const patienceMs = 60_000;

let folder: string;
let kale: KaleProcess;
let manager: ChildProcess;
let managerUrl: string;
let mailServer: SMTPServer;
const mails: string[] = [];

async function startAlertmanager(): Promise<void> {
  const [port] = await freePorts(1);
  managerUrl = `http://127.0.0.1:${port}`;
  const config = join(folder, "alertmanager.yml");
  await writeFile(config, "route: { receiver: none }\nreceivers: [{ name: none }]\n");
  manager = spawn(
    alertmanagerPath,
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  await until(
    () =>
      fetch(`${managerUrl}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    patienceMs,
  );
}

async function startMailServer(): Promise<number> {
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _, done) {
      let text = "";
      stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  mailServer.listen(0, "127.0.0.1");
  await once(mailServer.server, "listening");
  return (mailServer.server.address() as AddressInfo).port;
}

interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

async function alertsThere(): Promise<ReceivedAlert[]> {
  const response = await fetch(`${managerUrl}/api/v2/alerts`);
  return (await response.json()) as ReceivedAlert[];
}

/** Two hours of a calm metric, a sample every 10 s, then a level far above it. */
async function sendTrouble(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const lines = Array.from({ length: 720 }, (_, i) => {
    const value = 62 + 9 * Math.sin(i / 20) + ((i * 7919) % 13) / 2;
    return `${name} ${value.toFixed(2)} ${now - (720 - i) * 10}\n`;
  });
  await sendStream(kale.ports.carbon, lines.join(""));
  await until(async () => (await kale.get<string[]>("/kale/series?query=locks")).length === 1);
}

async function spike(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (let age = 2; age >= 0; age--) {
    await sendDatagram(kale.ports.msgpack, skylineMessage(name, now - age, 900));
  }
}

describeWith(alertmanager, "alerts at their receivers", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kale-alerts-"));
    await startAlertmanager();
    const mailPort = await startMailServer();
    const config = join(folder, "kale.yaml");
    await writeFile(
      config,
      `
max-age: 1d
host-metrics: false
alerts:
  gather: 1s
  channels:
    am: { type: alertmanager, url: "${managerUrl}" }
    mail: { type: smtp, host: 127.0.0.1, port: ${mailPort}, from: kale@example.org, to: [ops@example.org] }
  routes:
    - { name: database, metric: "db.*", tags: { env: prod }, channels: [am, mail] }
`,
    );
    kale = await startKaleProcess({ args: ["--config", config] });
  });

  afterAll(async () => {
    expect(await kale.end()).toBe(0);
    manager.kill("SIGKILL");
    await new Promise<void>((resolve) => mailServer.close(() => resolve()));
    await rm(folder, { recursive: true, force: true });
  });

  test("an anomaly reaches Alertmanager and a mailbox, and is listed as told", async () => {
    await sendTrouble();
    await until(async () => {
      await spike();
      return (await kale.get<unknown[]>("/kale/anomalies")).length === 1;
    }, patienceMs);
    await until(async () => (await alertsThere()).length === 1, patienceMs);
    expect((await alertsThere())[0]).toMatchObject({
      labels: {
        alertname: "KaleAnomaly",
        metric: "db.primary.locks",
        env: "prod",
        route: "database",
      },
      status: { state: "active" },
    });
    await until(() => mails.length === 1, patienceMs);
    expect(mails[0]).toContain("Content-Type: image/png");
    expect(mails[0]).toMatch(/^Subject: Kale: \w+: abnormal: db\.primary\.locks;env=prod\r?$/m);

    const [anomaly] = await kale.get<{ id: string }[]>("/kale/anomalies");
    const told = (): Promise<{ deliveries: { channel: string; state: string }[] }> =>
      kale.get(`/kale/anomalies/${anomaly?.id}/alerts`);
    await until(
      async () => (await told()).deliveries.every(({ state }) => state === "sent"),
      patienceMs,
    );
    const channels = (await told()).deliveries.map(({ channel }) => channel).sort();
    expect(channels).toEqual(["am", "mail"]);
  });
});
