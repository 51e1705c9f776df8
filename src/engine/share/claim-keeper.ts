/**
 * This process' share of the partitions, agreed with the others through documents in the cluster:
 *
 *     process-ID     who lives: written anew every beat; whoever stops beating is dead after the lease
 *     partition-N    who has it: changed only if nobody else did in between (sequence numbers)
 *
 * A beat has a number, and its age is taken on the reader's own clock that never goes back, so clocks
 * need not agree. Each beat a process does what share-plan.ts says: it
 * gives up what it has too much of, after it has stopped to judge it, and takes what nobody living has.
 *
 * While the cluster cannot be reached a process goes on with what it has: nobody else can take it
 * then, and should somebody have taken it, judging twice for a moment is better than not at all.
 */
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { partitionCount, type ShareProcess, type ShareReport } from "../../model/index.ts";
import type { EngineClient } from "../client.ts";
import {
  deleteDocument,
  type DocumentVersion,
  getDocument,
  getDocuments,
  putDocument,
  type StoredDocument,
} from "../documents.ts";
import { createIndex } from "../indexes.ts";
import { search } from "../search.ts";
import { planShare } from "./share-plan.ts";

/** More processes than this are not looked at; there are no more partitions than that. */
const processCountMax = partitionCount;
/** Of a process that has not beaten for so long by its own clock nobody needs to know any more. */
const forgottenAfterMs = 86_400_000;

export interface ClaimKeeperOptions {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the names of all indexes begin with. */
  readonly prefix: string;
  /** The same after a restart, different for each process. */
  readonly processId: string;
  /** Different after each restart. */
  readonly session: string;
  /** For people: where this process runs. */
  readonly label: string;
  readonly beatIntervalMs: number;
  /** A process that was not heard of for so long is taken for dead. */
  readonly leaseMs: number;
}

export interface ClaimEvents {
  /** These are to be judged here from now on. Not waited for. */
  onTaken(partitions: readonly number[]): void;
  /** These are no longer to be judged here. When it resolves, others may take them. */
  onDropped(partitions: readonly number[]): Promise<void>;
  /** For the others' pages. */
  seriesCount(): number;
}

interface ProcessSource {
  readonly kind: "process";
  readonly id: string;
  readonly session: string;
  readonly label: string;
  readonly beat: number;
  readonly beatMs: number;
  readonly seriesCount: number;
}

interface ClaimSource {
  readonly kind: "claim";
  /** "" is nobody. */
  readonly owner: string;
}

type Claim = StoredDocument<ClaimSource> | undefined;

export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;
  readonly #events: ClaimEvents;
  readonly #index: string;
  readonly #held = new Set<number>();
  /** When another process' newest beat was first seen, on the clock that never goes back. */
  readonly #seen = new Map<string, { readonly beat: string; readonly atMs: number }>();
  #beat = 0;
  #version: DocumentVersion | undefined;
  #isPrepared = false;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;
  #processes: readonly ShareProcess[] = [];
  #problem: string | undefined = "the cluster has not been asked yet";

  constructor(options: ClaimKeeperOptions, events: ClaimEvents) {
    assert(options.leaseMs > 2 * options.beatIntervalMs, "a lease outlives two beats");
    this.#options = options;
    this.#events = events;
    this.#index = `${options.prefix}-share`;
  }

  start(): void {
    this.#schedule(0);
  }

  report(): ShareReport {
    return {
      processId: this.#options.processId,
      heldCount: this.#held.size,
      partitionCount,
      processes: this.#processes,
      problem: this.#problem,
    };
  }

  /** Gives up all partitions and leaves; what the cluster does not hear of ends with the lease. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    try {
      await this.#release([...this.#held]);
      await deleteDocument(this.#options.client, this.#index, processDocument(this.#options), {
        refresh: true,
      });
    } catch (error) {
      this.#options.logger.warn("the others hear of our leaving when the lease ends", {
        cause: wordsOf(error),
      });
    }
  }

  /** One beat, and what follows from it. Rejects with an EngineError. For tests, and by the timer. */
  async beat(): Promise<void> {
    await this.#prepare();
    if (!(await this.#announce())) return;
    const living = await this.#living();
    const claims = await this.#claims();
    const { processId } = this.#options;
    const owners = claims.map((claim) => claim?.source.owner ?? "");

    const lost = [...this.#held].filter((partition) => owners[partition] !== processId);
    if (lost.length > 0) {
      this.#options.logger.warn("others took partitions over", { count: lost.length });
      await this.#drop(lost);
    }
    const kept = owners.flatMap((owner, partition) =>
      owner === processId && !this.#held.has(partition) ? [partition] : [],
    );
    const { take, release } = planShare(processId, living, owners);
    // What an earlier run had and the plan leaves here is taken up without being asked for again.
    const taken = kept.filter((partition) => !release.includes(partition));
    const outcomes = await Promise.all(take.map((partition) => this.#claim(partition, claims)));
    taken.push(...take.filter((_, i) => outcomes[i]));
    for (const partition of taken) this.#held.add(partition);
    if (taken.length > 0) {
      this.#options.logger.info("took partitions", { count: taken.length, held: this.#held.size });
      this.#events.onTaken(taken);
    }
    if (release.length > 0) await this.#release(release);
    this.#problem = undefined;
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.beat()
        .catch((error: unknown) => {
          this.#problem = wordsOf(error);
        })
        .finally(() => {
          this.#schedule(this.#options.beatIntervalMs);
        });
    }, delayMs);
    this.#timer.unref();
  }

  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    const keyword = { type: "keyword" } as const;
    await createIndex(this.#options.client, this.#index, {
      settings: { number_of_shards: 1, auto_expand_replicas: "0-1" },
      mappings: { dynamic: false, properties: { kind: keyword, owner: keyword } },
    });
    this.#isPrepared = true;
  }

  /** Writes the beat. @returns false where another process goes by our name */
  async #announce(): Promise<boolean> {
    const { client, clock, processId, session, label } = this.#options;
    this.#beat += 1;
    const source: ProcessSource = {
      kind: "process",
      id: processId,
      session,
      label,
      beat: this.#beat,
      beatMs: clock.nowMs(),
      seriesCount: this.#events.seriesCount(),
    };
    const place = { index: this.#index, id: processDocument(this.#options), source };
    const write = (onlyIf: DocumentVersion | "create"): Promise<DocumentVersion | undefined> =>
      putDocument(client, { ...place, onlyIf, refresh: true });

    let version = this.#version === undefined ? undefined : await write(this.#version);
    if (version === undefined) {
      const standing = await getDocument<ProcessSource>(client, this.#index, place.id);
      const isForeign = standing !== undefined && standing.source.session !== session;
      // Ours from an earlier run, or nobody's: a living twin notices by its own next beat.
      if (isForeign && this.#version !== undefined) {
        await this.#retire(standing.source);
        return false;
      }
      version = await write(standing ?? "create");
    }
    if (version === undefined) return false;
    this.#version = version;
    return true;
  }

  /** Somebody else goes by our name: a data folder was copied. Two of one name must not both write. */
  async #retire(twin: ProcessSource): Promise<void> {
    this.#problem = `another Kale (${twin.label}) uses a copy of this data folder, so this one judges nothing; give one of them a folder of its own`;
    this.#options.logger.error(this.#problem);
    await this.#drop([...this.#held]);
    this.#isStopped = true;
  }

  async #living(): Promise<string[]> {
    const { client, clock, processId, leaseMs } = this.#options;
    const { hits } = await search<ProcessSource>(client, this.#index, {
      query: { term: { kind: "process" } },
      size: processCountMax,
    });
    const nowMs = clock.elapsedMs();
    const processes: ShareProcess[] = [];
    const found = new Set<string>();
    for (const { id, source } of hits) {
      found.add(source.id);
      const beat = `${source.session} ${source.beat}`;
      if (this.#seen.get(source.id)?.beat !== beat)
        this.#seen.set(source.id, { beat, atMs: nowMs });
      const ageMs = nowMs - (this.#seen.get(source.id)?.atMs ?? nowMs);
      const isLiving = source.id === processId || ageMs < leaseMs;
      if (!isLiving && clock.nowMs() - source.beatMs > forgottenAfterMs) {
        await deleteDocument(client, this.#index, id);
        continue;
      }
      processes.push({
        id: source.id,
        label: source.label,
        isSelf: source.id === processId,
        isLiving,
        seenMs: clock.nowMs() - ageMs,
        seriesCount: source.seriesCount,
        heldCount: 0,
      });
    }
    for (const id of this.#seen.keys()) if (!found.has(id)) this.#seen.delete(id);
    this.#processes = processes;
    const living = processes.filter(({ isLiving }) => isLiving).map(({ id }) => id);
    return living.includes(processId) ? living : [...living, processId];
  }

  async #claims(): Promise<Claim[]> {
    const ids = Array.from({ length: partitionCount }, (_, i) => claimDocument(i));
    const claims = await getDocuments<ClaimSource>(this.#options.client, this.#index, ids);
    const heldCounts = new Map<string, number>();
    for (const claim of claims) {
      const owner = claim?.source.owner ?? "";
      heldCounts.set(owner, (heldCounts.get(owner) ?? 0) + 1);
    }
    this.#processes = this.#processes.map((each) => ({
      ...each,
      heldCount: heldCounts.get(each.id) ?? 0,
    }));
    return claims;
  }

  async #claim(partition: number, claims: readonly Claim[]): Promise<boolean> {
    const { client, processId } = this.#options;
    const id = claimDocument(partition);
    const source: ClaimSource = { kind: "claim", owner: processId };
    const onlyIf = claims[partition] ?? "create";
    const version = await putDocument(client, { index: this.#index, id, source, onlyIf });
    if (version !== undefined) return true;
    // The write may have been ours, given to a second node when the first did not answer.
    const standing = await getDocument<ClaimSource>(client, this.#index, id);
    return standing?.source.owner === processId;
  }

  async #release(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    const { client, processId, logger } = this.#options;
    await this.#drop(partitions);
    const ids = partitions.map(claimDocument);
    const claims = await getDocuments<ClaimSource>(client, this.#index, ids);
    await Promise.all(
      claims.map(async (claim) => {
        if (claim?.source.owner !== processId) return;
        const source: ClaimSource = { kind: "claim", owner: "" };
        await putDocument(client, { index: this.#index, id: claim.id, source, onlyIf: claim });
      }),
    );
    logger.info("gave partitions up", { count: partitions.length, held: this.#held.size });
  }

  async #drop(partitions: readonly number[]): Promise<void> {
    const held = partitions.filter((partition) => this.#held.delete(partition));
    if (held.length > 0) await this.#events.onDropped(held);
  }
}

function processDocument({ processId }: ClaimKeeperOptions): string {
  return `process-${processId}`;
}

function claimDocument(partition: number): string {
  return `partition-${partition}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
