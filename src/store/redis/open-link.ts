/** From an address to the link that fits it: one server, the master that sentinels name, a Cluster. */
import { randomUUID } from "node:crypto";
import { ClusterLink } from "./cluster-link.ts";
import { NodeLink, type Reply } from "./node-link.ts";
import type { RedisServerOptions } from "./options.ts";
import { SentinelLink } from "./sentinel-link.ts";
import type { KeyedCommand, ServerLink } from "./server-link.ts";

export function openServerLink({ address, user, password, ca }: RedisServerOptions): ServerLink {
  const shared = { user, password, ca, name: `kale-${randomUUID()}` };
  switch (address.kind) {
    case "server": {
      const { at, isTls, database } = address;
      return new SingleLink(new NodeLink(at, { ...shared, isTls, database }));
    }
    case "socket":
      return new SingleLink(
        new NodeLink({ path: address.path }, { ...shared, isTls: false, database: 0 }),
      );
    case "sentinel":
      return new SentinelLink(address.sentinels, address.masterName, {
        ...shared,
        isTls: address.isTls,
        database: 0,
      });
    case "cluster":
      return new ClusterLink(address.nodes, { ...shared, isTls: address.isTls, database: 0 });
  }
}

class SingleLink implements ServerLink {
  readonly #node: NodeLink;

  constructor(node: NodeLink) {
    this.#node = node;
  }

  get description(): string {
    return this.#node.where;
  }

  get isReachable(): boolean {
    return this.#node.isReady;
  }

  get problem(): string | undefined {
    return this.#node.isReady ? undefined : this.#node.problem.message;
  }

  get lossCount(): number {
    return this.#node.lossCount;
  }

  run(commands: readonly KeyedCommand[], replicaCount = 0): Promise<Reply[]> {
    return this.#node.run(
      commands.map(({ args }) => args),
      replicaCount,
    );
  }

  close(): void {
    this.#node.close();
  }
}
