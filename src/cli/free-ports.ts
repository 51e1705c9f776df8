/** Which ports are free here, for the demo and the doctor. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Whether both TCP and UDP of this port can be opened now. 0 finds any free one. */
export async function freePort(host: string, port: number): Promise<number | undefined> {
  const tcpPort = await openTcp(host, port);
  if (tcpPort === undefined) return undefined;
  const isUdpFree = await openUdp(host, tcpPort);
  return isUdpFree ? tcpPort : undefined;
}

async function openTcp(host: string, port: number): Promise<number | undefined> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const opened = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(opened));
    });
  });
}

async function openUdp(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
