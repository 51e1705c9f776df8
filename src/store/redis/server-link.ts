/**
 * Redis as Kale speaks to it: commands that each name the key they are about, whichever servers
 * there are behind the address.
 */
import { randomUUID } from "node:crypto";
import { ErrorReply } from "redis";
import { ClusterLink } from "./cluster-link.ts";
import { type CommandArguments, NodeLink, type Reply } from "./node-link.ts";
import type { RedisServerOptions } from "./options.ts";
import { remoteErrorOf } from "./redis-errors.ts";
import { SentinelLink } from "./sentinel-link.ts";

export interface KeyedCommand {
  /** Decides the server, in a Cluster. */
  readonly key: string;
  readonly args: CommandArguments;
}

export interface ServerLink {
  /**
   * Sends the commands, a pipeline to each server that is concerned.
   *
   * @param replicaCount  how many replicas must have them before it resolves; 0 unless given
   * @returns replies in the order of the commands, error replies among them; rejects with a
   *   RemoteError where a command got no reply, when all have settled
   */
  run(commands: readonly KeyedCommand[], replicaCount?: number): Promise<Reply[]>;
  /** Connects to what is there, for people: "127.0.0.1:6379", "Cluster of 3 nodes". */
  readonly description: string;
  readonly isReachable: boolean;
  /** What is wrong, for a person; undefined while nothing is. */
  readonly problem: string | undefined;
  readonly lossCount: number;
  close(): void;
}

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

/** One command; rejects with its error reply too. */
export async function askOne(
  link: ServerLink,
  key: string,
  ...args: (string | Buffer)[]
): Promise<Reply> {
  const [reply = null] = await link.run([{ key, args }]);
  if (reply instanceof ErrorReply) throw remoteErrorOf(link.description, reply);
  return reply;
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
