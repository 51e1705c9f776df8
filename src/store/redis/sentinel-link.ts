/**
 * The master that sentinels name. Asked for anew whenever the one at hand does not answer or says
 * that it is a replica; meanwhile commands are refused, and whoever has them waits.
 *
 * Source: "Guidelines for Redis clients with support for Redis Sentinel": ask the sentinels one
 * after the other, connect, and believe it only when the server itself says that it is a master.
 */
import { RemoteError } from "../remote/remote-series.ts";
import { NodeLink, type NodeLinkOptions, type Reply, textOf } from "./node-link.ts";
import { type RedisHost, showHost } from "./options.ts";
import type { KeyedCommand, ServerLink } from "./server-link.ts";

export class SentinelLink implements ServerLink {
  readonly #sentinels: readonly RedisHost[];
  readonly #masterName: string;
  readonly #options: NodeLinkOptions;
  #master: NodeLink | undefined;
  #finding: Promise<NodeLink> | undefined;
  #problem = "not connected yet";
  #earlierLossCount = 0;
  #isClosed = false;

  constructor(sentinels: readonly RedisHost[], masterName: string, options: NodeLinkOptions) {
    this.#sentinels = sentinels;
    this.#masterName = masterName;
    this.#options = options;
    this.#find().catch(() => undefined);
  }

  get description(): string {
    return `${this.#masterName} at ${this.#master?.where ?? "no server yet"}`;
  }

  get isReachable(): boolean {
    return this.#master?.isReady === true;
  }

  get problem(): string | undefined {
    if (this.isReachable) return undefined;
    return this.#master?.problem.message ?? this.#problem;
  }

  get lossCount(): number {
    return this.#earlierLossCount + (this.#master?.lossCount ?? 0);
  }

  async run(commands: readonly KeyedCommand[], replicaCount = 0): Promise<Reply[]> {
    const master = this.#master ?? (await this.#find());
    let replies: Reply[];
    try {
      replies = await master.run(
        commands.map(({ args }) => args),
        replicaCount,
      );
    } catch (error) {
      this.#leave(master);
      throw error;
    }
    const demotion = replies.find(
      (reply) => reply instanceof Error && reply.message.startsWith("READONLY"),
    );
    if (demotion === undefined) return replies;
    this.#leave(master);
    throw new RemoteError(
      "REMOTE_UNREACHABLE",
      `Redis ${master.where} is no longer the master of ${this.#masterName}`,
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#master?.close();
  }

  #leave(master: NodeLink): void {
    master.close();
    if (this.#master !== master) return;
    this.#earlierLossCount += master.lossCount + 1;
    this.#problem = master.problem.message;
    this.#master = undefined;
  }

  #find(): Promise<NodeLink> {
    this.#finding ??= this.#findOnce().finally(() => (this.#finding = undefined));
    return this.#finding;
  }

  async #findOnce(): Promise<NodeLink> {
    const problems: string[] = [];
    for (const sentinel of this.#sentinels) {
      try {
        const at = await this.#askSentinel(sentinel);
        const master = new NodeLink(at, this.#options);
        const role = await master.ask("ROLE").catch((error: unknown) => {
          master.close();
          throw error;
        });
        if (!this.#isClosed && Array.isArray(role) && textOf(role[0] as Reply) === "master") {
          this.#master = master;
          return master;
        }
        master.close();
        problems.push(`${showHost(at)} is not a master yet`);
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    this.#problem = `no master ${this.#masterName}: ${problems.join("; ")}`;
    throw new RemoteError("REMOTE_UNREACHABLE", this.#problem);
  }

  async #askSentinel(sentinel: RedisHost): Promise<RedisHost> {
    // Sentinels mostly have no password of their own; where they have, it is taken to be the same.
    for (const password of new Set(["", this.#options.password])) {
      const link = new NodeLink(sentinel, { ...this.#options, user: "", password });
      try {
        const reply = await link.ask("SENTINEL", "get-master-addr-by-name", this.#masterName);
        const [host, port] = Array.isArray(reply) ? reply.map((part) => textOf(part as Reply)) : [];
        if (host !== undefined && port !== undefined) return { host, port: Number(port) };
        throw new RemoteError(
          "REMOTE_REFUSED",
          `sentinel ${showHost(sentinel)} knows no master ${this.#masterName}`,
        );
      } catch (error) {
        const isDenied = error instanceof RemoteError && error.code === "REMOTE_DENIED";
        if (!isDenied || password === this.#options.password) throw error;
      } finally {
        link.close();
      }
    }
    throw new RemoteError("REMOTE_DENIED", `sentinel ${showHost(sentinel)} wants a password`);
  }
}
