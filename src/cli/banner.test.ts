import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { messagePackLine, shellLine, startBanner } from "./banner.ts";

test("startBanner() tells the page, the problems and a way to send for each port", () => {
  const text = startBanner({
    addresses: {
      webapp: "http://127.0.0.1:1500",
      carbon: { host: "127.0.0.1", port: 2003 },
      msgpack: { host: "127.0.0.1", port: 2025 },
      pickle: { host: "::1", port: 2024 },
    },
    problems: ["port 3000 (ports.oculus) is taken"],
    dataPath: "./kale-data",
    recordsHost: true,
    newAdminToken: "dG9rZW4",
  });
  expect(text).toContain("page      http://127.0.0.1:1500\n");
  expect(text).toContain("problem   port 3000 (ports.oculus) is taken\n");
  expect(text).toContain("| nc -w1 127.0.0.1 2003\n");
  expect(text).toContain("DESTINATIONS = [::1]:2024\n");
  expect(text).toContain("perl -MIO::Socket::IP");
});

test("startBanner() names no way to send where nothing listens", () => {
  const facts = {
    addresses: {},
    problems: [],
    dataPath: "x",
    recordsHost: false,
    newAdminToken: undefined,
  };
  expect(startBanner(facts)).not.toContain("Send a metric");
});

/** Runs a line in a shell; `undefined` where it lacks the program. */
async function runLine(line: string): Promise<string | undefined> {
  return await new Promise((resolve) => {
    execFile("/bin/sh", ["-c", line], (error, ...[, stderr]) => {
      resolve(error?.code === 127 ? undefined : stderr);
    });
  });
}

test("shellLine() sends a line of Carbon's plain text", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let text = "";
  server.on("connection", (socket: Socket) => {
    socket.on("data", (chunk) => (text += chunk.toString()));
  });
  const outcome = await runLine(shellLine({ host: "127.0.0.1", port }));
  server.close();
  if (outcome !== undefined) expect(text).toMatch(/^my\.first\.metric 42 \d{10}\n$/);
});

test("messagePackLine() sends [name, [time, value]]", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const received = once(socket, "message") as Promise<[Buffer]>;
  const outcome = await runLine(
    messagePackLine({ host: "127.0.0.1", port: socket.address().port }),
  );
  if (outcome !== undefined) {
    expect(outcome).toBe("");
    const [bytes] = await received;
    expect(bytes.toString("hex")).toMatch(
      /^92af6d792e66697273742e6d657472696392ce[0-9a-f]{8}cb4045000000000000$/,
    );
  }
  socket.close();
});
