import { expect, test } from "vitest";
import { TunnelledClients } from "./tunnelled-clients.ts";

test("TunnelledClients know a client by the connection it comes through, as long as that lives", () => {
  const clients = new TunnelledClients();
  const one = { address: "10.0.0.7", viaAddress: "127.0.0.1", viaPort: 40_001 };
  clients.opened(one);
  clients.opened({ ...one, address: "10.0.0.8", viaPort: 40_002 });
  expect(clients.addressOf("127.0.0.1", 40_001)).toBe("10.0.0.7");
  expect(clients.addressOf("127.0.0.1", 40_002)).toBe("10.0.0.8");
  expect(clients.addressOf("10.0.0.9", 40_001)).toBeUndefined();
  clients.closed(one);
  expect(clients.addressOf("127.0.0.1", 40_001)).toBeUndefined();
});
