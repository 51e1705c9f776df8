/**
 * One Redis server: a connection that comes back by itself, and pipelines of commands over it.
 *
 * Exactly once needs three things that a convenient client does otherwise:
 *
 * - nothing waits for a connection in a queue: a command that was refused was not sent, and one that
 *   was sent is never sent again by the client;
 * - `run` settles when every command of the pipeline has, so that nothing of it is still to come;
 * - after a lost connection the server may hold commands of the old one that it has not yet read.
 *   Before the first command of the new one, whatever else bears this link's name is killed there
 *   (CLIENT KILL): what the old connection did is done, and what it did not do never will be.
 *
 * RESP 2, which every server speaks back to those of the original's days.
 */
import { createRequire } from "node:module";
import type * as Redis from "redis";
import { assert } from "../../base/assert.ts";
import { RemoteError } from "../remote/remote-series.ts";
import { type RedisHost, type RedisServerOptions, showHost } from "./options.ts";
import { remoteErrorOf } from "./redis-errors.ts";

export type CommandArguments = readonly (string | Buffer)[];
/** What a command came to; an error reply is a value, since its neighbours did what they should. */
export type Reply = Buffer | string | number | null | Redis.ErrorReply | readonly Reply[];

export interface NodeLinkOptions extends Pick<RedisServerOptions, "user" | "password" | "ca"> {
  readonly isTls: boolean;
  readonly database: number;
  /**
   * Of all connections of one owner, and of nobody else's. Two links to one server at the same time
   * need different ones, or each takes the other for its own past.
   */
  readonly name: string;
}

const connectTimeoutMs = 5000;
/** A server that says nothing for this long, though it was asked to, counts as gone. */
const silenceMaxMs = 15_000;
const pingIntervalMs = 5000;
const backOffMinMs = 50;
const backOffMaxMs = 3000;
const replicaPatienceMs = 5000;
/** How long a pipeline waits for a connection that is just coming back. */
const readyPatienceMs = 2500;

/**
 * The package has a file for each of some 400 commands: 0.15 s of processor time in every thread of a start,
 * so that it is loaded where a server is spoken to.
 */
const require = createRequire(import.meta.url);
const redisPackage = (): typeof Redis => require("redis") as typeof Redis;

type Client = ReturnType<typeof clientOf>;

export class NodeLink {
  readonly where: string;
  readonly #name: string;
  readonly #client: Client;
  #lastError: RemoteError | undefined;
  #fencedEpoch = 0;
  #fencing: Promise<void> | undefined;
  #lossCount = 0;
  #isClosed = false;

  /** Begins to connect. */
  constructor(at: RedisHost | { readonly path: string }, options: NodeLinkOptions) {
    this.where = "path" in at ? at.path : showHost(at);
    this.#name = `${options.name}-${this.where.replaceAll(/[^!-~]/g, "_")}`;
    this.#client = clientOf(at, options, this.#name);
    this.#client.on("error", (error: unknown) => {
      this.#lastError = remoteErrorOf(this.where, error);
    });
    this.#client.on("reconnecting", () => (this.#lossCount += 1));
    // Never gives up while it is open, see the strategy; how it fares is told by the events.
    this.#client.connect().catch(() => undefined);
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** Attempts to connect that came after a failed one or a loss. */
  get lossCount(): number {
    return this.#lossCount;
  }

  /** Why it is not ready, as far as is known. */
  get problem(): RemoteError {
    return (
      this.#lastError ??
      new RemoteError("REMOTE_UNREACHABLE", `Redis ${this.where}: not connected yet`)
    );
  }

  /**
   * Sends the commands in one go.
   *
   * @param replicaCount  how many replicas must have them too (WAIT)
   * @returns their replies in order; rejects with a RemoteError where one of them got no reply,
   *   after all have settled: each of them may have been done or not
   */
  async run(commands: readonly CommandArguments[], replicaCount = 0): Promise<Reply[]> {
    await this.#whenReady();
    if (replicaCount === 0 || commands.length === 0) return await this.#send(commands);
    const wait = ["WAIT", String(replicaCount), String(replicaPatienceMs)];
    const replies = await this.#send([...commands, wait]);
    const found = numberOf(replies.pop());
    if (found >= replicaCount) return replies;
    throw new RemoteError(
      "REMOTE_UNREACHABLE",
      `Redis ${this.where}: ${found} of ${replicaCount} replicas have what was written (redis.replicas)`,
    );
  }

  /** One command; rejects with its error reply too. */
  async ask(...command: CommandArguments): Promise<Reply> {
    const [reply = null] = await this.run([command]);
    if (reply instanceof Error) throw remoteErrorOf(this.where, reply);
    return reply;
  }

  /** Lets go at once; what is under way is rejected. */
  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }

  #send(commands: readonly CommandArguments[]): Promise<Reply[]> {
    if (commands.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const replies = new Array<Reply>(commands.length).fill(null);
      let leftCount = commands.length;
      let failure: unknown;
      const settle = (): void => {
        leftCount -= 1;
        if (leftCount > 0) return;
        if (failure === undefined) resolve(replies);
        else reject(remoteErrorOf(this.where, failure));
      };
      for (const [i, command] of commands.entries()) {
        this.#client.sendCommand<Reply>(command as (string | Buffer)[]).then(
          (reply) => {
            replies[i] = reply;
            settle();
          },
          (error: unknown) => {
            if (error instanceof redisPackage().ErrorReply) replies[i] = error;
            else failure ??= error;
            settle();
          },
        );
      }
    });
  }

  async #whenReady(): Promise<void> {
    if (!this.#client.isReady) await this.#waitForReady();
    while (this.#fencedEpoch !== this.#client.socketEpoch) {
      this.#fencing ??= this.#fence().finally(() => (this.#fencing = undefined));
      await this.#fencing;
    }
  }

  async #waitForReady(): Promise<void> {
    if (this.#isClosed) throw new RemoteError("REMOTE_UNREACHABLE", `Redis ${this.where}: closed`);
    await new Promise<void>((resolve, reject) => {
      const client = this.#client;
      const onReady = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        client.off("ready", onReady);
        reject(this.problem);
      }, readyPatienceMs);
      client.once("ready", onReady);
    });
  }

  /** Makes sure that nothing of an earlier connection is still to be done. */
  async #fence(): Promise<void> {
    const epoch = this.#client.socketEpoch;
    const [id, list] = await this.#send([
      ["CLIENT", "ID"],
      ["CLIENT", "LIST"],
    ]);
    // A user who may not look is not kept from working; the window is one of milliseconds.
    const others = textOf(list)
      .split("\n")
      .filter((line) => line.includes(` name=${this.#name} `))
      .map((line) => /^id=(\d+)/.exec(line)?.[1])
      .filter((found) => found !== undefined && found !== textOf(id));
    await this.#send(others.map((other) => ["CLIENT", "KILL", "ID", other ?? ""]));
    this.#fencedEpoch = epoch;
  }
}

export function textOf(reply: Reply | undefined): string {
  if (reply instanceof Buffer) return reply.toString();
  return typeof reply === "string" || typeof reply === "number" ? String(reply) : "";
}

/** @returns NaN where the reply is no number */
export function numberOf(reply: Reply | undefined): number {
  return typeof reply === "number" ? reply : NaN;
}

function clientOf(
  at: RedisHost | { readonly path: string },
  { user, password, ca, isTls, database }: NodeLinkOptions,
  name: string,
) {
  assert(!("path" in at) || !isTls, "a unix socket has no TLS");
  const shared = {
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMaxMs,
    // Grows from one attempt to the next; a lost connection begins anew.
    reconnectStrategy: (attempt: number) => Math.min(backOffMinMs * 2 ** attempt, backOffMaxMs),
  };
  const redis = redisPackage();
  // Blobs as bytes, everything else as the client has it.
  const replyTypes = { [redis.RESP_TYPES.BLOB_STRING]: Buffer } as const;
  const tls = { tls: true as const, ...(ca === undefined ? {} : { ca }) };
  return redis.createClient({
    RESP: 2,
    name,
    socket:
      "path" in at
        ? { ...shared, path: at.path }
        : isTls
          ? { ...shared, ...tls, host: at.host, port: at.port, ...serverName(at.host) }
          : { ...shared, host: at.host, port: at.port },
    database,
    ...(user === "" ? {} : { username: user }),
    ...(password === "" ? {} : { password }),
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    pingInterval: pingIntervalMs,
    commandOptions: { timeout: 0, typeMapping: replyTypes },
  });
}

/** An address is not a name that a certificate could be asked for. */
function serverName(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}
