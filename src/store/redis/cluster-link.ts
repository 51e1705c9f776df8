/**
 * A Redis Cluster: each key's commands go to the node that has its slot, one pipeline per node.
 *
 * The map of slots is learned from any node (CLUSTER SLOTS) and again when a node redirects (MOVED)
 * or does not answer. A redirected command was not done by the node that said so; it goes where it
 * was sent, since other nodes hear of a move some time later. A slot on its way to another node is asked for there (ASK). A node that is gone costs
 * the commands of its slots, which are refused, until it is back or a replica has taken them over.
 *
 * Source: Redis Cluster specification, "Redirection and resharding".
 */
import { RemoteError } from "../remote/remote-series.ts";
import { slotCount, slotOfKey } from "./key-slot.ts";
import { NodeLink, type NodeLinkOptions, numberOf, type Reply, textOf } from "./node-link.ts";
import { type RedisHost, showHost } from "./options.ts";
import { remoteErrorOf } from "./redis-errors.ts";
import type { KeyedCommand, ServerLink } from "./server-link.ts";

/** A command that is sent from node to node more often than this finds no end. */
const redirectCountMax = 8;

export class ClusterLink implements ServerLink {
  readonly #seeds: readonly RedisHost[];
  readonly #options: NodeLinkOptions;
  /** By address. */
  readonly #nodes = new Map<string, NodeLink>();
  /** Address of the node that has each slot; empty before the map is known. */
  #slots: (string | undefined)[] = [];
  #learning: Promise<void> | undefined;
  #problem = "not connected yet";
  #earlierLossCount = 0;
  #isClosed = false;

  constructor(seeds: readonly RedisHost[], options: NodeLinkOptions) {
    this.#seeds = seeds;
    this.#options = options;
    this.#learn().catch(() => undefined);
  }

  get description(): string {
    const count = this.#nodes.size;
    if (count === 0) return `Cluster at ${this.#seeds.map(showHost).join(", ")}`;
    return `Cluster of ${count} ${count === 1 ? "node" : "nodes"}`;
  }

  get isReachable(): boolean {
    return this.#slots.length > 0 && [...this.#nodes.values()].every(({ isReady }) => isReady);
  }

  get problem(): string | undefined {
    if (this.#slots.length === 0) return this.#problem;
    return [...this.#nodes.values()].find(({ isReady }) => !isReady)?.problem.message;
  }

  get lossCount(): number {
    let count = this.#earlierLossCount;
    for (const node of this.#nodes.values()) count += node.lossCount;
    return count;
  }

  async run(commands: readonly KeyedCommand[], replicaCount = 0): Promise<Reply[]> {
    if (this.#slots.length === 0) await this.#learn();
    const replies = new Array<Reply>(commands.length).fill(null);
    let open = commands.map((_, i) => i);
    for (let round = 0; open.length > 0; round++) {
      if (round > redirectCountMax) {
        throw new RemoteError("REMOTE_BUSY", "the Cluster keeps redirecting: its slots are moving");
      }
      await this.#sendToOwners(commands, open, replies, replicaCount);
      open = await this.#redirected(commands, open, replies, replicaCount);
    }
    return replies;
  }

  close(): void {
    this.#isClosed = true;
    for (const node of this.#nodes.values()) node.close();
  }

  /** Puts the replies in place; rejects after all nodes have answered or failed. */
  async #sendToOwners(
    commands: readonly KeyedCommand[],
    open: readonly number[],
    replies: Reply[],
    replicaCount: number,
  ): Promise<void> {
    const byNode = new Map<NodeLink, number[]>();
    for (const i of open) {
      const node = this.#ownerOf(commands[i]!.key);
      const own = byNode.get(node);
      if (own === undefined) byNode.set(node, [i]);
      else own.push(i);
    }
    const outcomes = await Promise.allSettled(
      Array.from(byNode, async ([node, own]) => {
        const args = own.map((i) => commands[i]!.args);
        const found = await node.run(args, replicaCount);
        for (const [at, i] of own.entries()) replies[i] = found[at] ?? null;
      }),
    );
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed?.status !== "rejected") return;
    // A replica may have taken over: the next attempt goes by a new map.
    await this.#learn().catch(() => undefined);
    throw failed.reason;
  }

  /** Follows ASK at once. @returns the commands that are to be sent again, by the map learned anew */
  async #redirected(
    commands: readonly KeyedCommand[],
    open: readonly number[],
    replies: Reply[],
    replicaCount: number,
  ): Promise<number[]> {
    const again: number[] = [];
    const moved = new Map<number, string>();
    for (const i of open) {
      const reply = replies[i];
      if (!(reply instanceof Error)) continue;
      if (/^(MOVED|TRYAGAIN) ?/.test(reply.message)) again.push(i);
      const to = /^MOVED (\d+) (\S+)$/.exec(reply.message);
      if (to?.[2] !== undefined) moved.set(Number(to[1]), to[2]);
      const asked = /^ASK \d+ (\S+)$/.exec(reply.message)?.[1];
      if (asked === undefined) continue;
      const node = this.#nodeAt(asked);
      const [, answer = null] = await node.run([["ASKING"], commands[i]!.args], replicaCount);
      replies[i] = answer;
      if (answer instanceof Error && answer.message.startsWith("TRYAGAIN")) again.push(i);
    }
    if (again.length > 0) await this.#learn();
    for (const [slot, address] of moved) this.#slots[slot] = address;
    return again;
  }

  #ownerOf(key: string): NodeLink {
    const slot = slotOfKey(key);
    const address = this.#slots[slot];
    if (address !== undefined) return this.#nodeAt(address);
    throw new RemoteError("REMOTE_UNREACHABLE", `slot ${slot} of the Cluster has no node`);
  }

  #nodeAt(address: string): NodeLink {
    const known = this.#nodes.get(address);
    if (known !== undefined) return known;
    const cut = address.lastIndexOf(":");
    const at = { host: address.slice(0, cut), port: Number(address.slice(cut + 1)) };
    const node = new NodeLink(at, this.#options);
    this.#nodes.set(address, node);
    return node;
  }

  #learn(): Promise<void> {
    this.#learning ??= this.#learnOnce().finally(() => (this.#learning = undefined));
    return this.#learning;
  }

  async #learnOnce(): Promise<void> {
    const ready = [...this.#nodes].filter(([, node]) => node.isReady).map(([address]) => address);
    const seeds = this.#seeds.map(({ host, port }) => `${host}:${port}`);
    const problems: string[] = [];
    let isLearned = false;
    for (const address of new Set([...ready, ...seeds])) {
      try {
        const reply = await this.#nodeAt(address).ask("CLUSTER", "SLOTS");
        this.#slots = slotMapOf(reply, address.slice(0, address.lastIndexOf(":")));
        isLearned = true;
        break;
      } catch (error) {
        const problem = remoteErrorOf(address, error);
        // Asking elsewhere helps neither against a wrong password nor where there is no Cluster.
        if (problem.code === "REMOTE_DENIED" || problem.code === "REMOTE_REFUSED") {
          this.#problem = problem.message;
          throw problem;
        }
        problems.push(problem.message);
      }
    }
    this.#dropUnused();
    if (isLearned) return;
    this.#problem = `no node of the Cluster answers: ${problems.join("; ")}`;
    throw new RemoteError("REMOTE_UNREACHABLE", this.#problem);
  }

  #dropUnused(): void {
    const used = new Set(this.#slots);
    for (const [address, node] of this.#nodes) {
      if (used.has(address) && !this.#isClosed) continue;
      this.#earlierLossCount += node.lossCount;
      node.close();
      this.#nodes.delete(address);
    }
  }
}

/**
 * CLUSTER SLOTS: a list of [first, last, [host, port, id, …] of the master, replicas …].
 *
 * @param askedHost  stands where a node does not know its own address
 */
function slotMapOf(reply: Reply, askedHost: string): (string | undefined)[] {
  const slots = new Array<string | undefined>(slotCount).fill(undefined);
  for (const range of listOf(reply)) {
    const [first, last, master] = listOf(range);
    const [host, port] = listOf(master ?? null);
    const address = `${textOf(host) || askedHost}:${textOf(port)}`;
    slots.fill(address, numberOf(first), numberOf(last) + 1);
  }
  return slots;
}

function listOf(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}
