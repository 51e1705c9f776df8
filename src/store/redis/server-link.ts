/**
 * Redis as Kale speaks to it: commands that each name the key they are about, whichever servers
 * there are behind the address.
 */
import type { CommandArguments, Reply } from "./node-link.ts";
import { remoteErrorOf } from "./redis-errors.ts";

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

/** One command; rejects with its error reply too. */
export async function askOne(
  link: ServerLink,
  key: string,
  ...args: (string | Buffer)[]
): Promise<Reply> {
  const [reply = null] = await link.run([{ key, args }]);
  if (reply instanceof Error) throw remoteErrorOf(link.description, reply);
  return reply;
}
