/**
 * Whose connections those are that the horizon hands to the webapp. As many as the horizon serves
 * clients at once: each is forgotten when it ends.
 */
import type { TunnelledClient } from "../model/index.ts";

export class TunnelledClients {
  readonly #addresses = new Map<string, string>();

  readonly opened = (client: TunnelledClient): void => {
    this.#addresses.set(keyOf(client.viaAddress, client.viaPort), client.address);
  };

  readonly closed = (client: TunnelledClient): void => {
    this.#addresses.delete(keyOf(client.viaAddress, client.viaPort));
  };

  /** @returns where the client is whose connection comes from there; undefined for one of its own */
  readonly addressOf = (viaAddress: string, viaPort: number): string | undefined =>
    this.#addresses.get(keyOf(viaAddress, viaPort));
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
