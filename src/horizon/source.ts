/** One port's protocol with its admission and its counts: what its two listeners share. */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { RefusalCount, RefusedPiece, SourceStats } from "../model/index.ts";
import type { RowSink, SenderNote, StreamReader } from "../wire/index.ts";
import { Admission } from "./admission.ts";
import type { Intake } from "./intake.ts";
import type { MulticastGroups } from "./listener.ts";
import { MinuteRate } from "./minute-rate.ts";
import { KnownPlainRows } from "./plain-rows.ts";
import { type Protocol, protocolFor, type SourceKey } from "./protocols.ts";
import { type ConnectionFault, RefusalLedger, type RefusalReason } from "./refusals.ts";
import type { HorizonSettings } from "./settings.ts";

export interface SourceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: HorizonSettings;
  readonly onNote?: ((note: SenderNote) => void) | undefined;
}

/** What came of one piece of input. */
export interface InputReport<Value> {
  /** What the reader returned. */
  readonly value: Value;
  readonly acceptedCount: number;
  /** Of this piece only. */
  readonly refusals: readonly RefusalCount[];
  readonly examples: readonly RefusedPiece[];
}

export class Source {
  readonly key: SourceKey;
  readonly #clock: Clock;
  readonly #refusals: RefusalLedger;
  readonly #admission: Admission;
  readonly #protocol: Protocol;
  readonly #rate: MinuteRate;
  #lastSampleMs: number | null = null;
  #droppedCount = 0;

  constructor(key: SourceKey, intake: Intake, { clock, logger, settings, onNote }: SourceOptions) {
    this.key = key;
    this.#clock = clock;
    this.#refusals = new RefusalLedger(logger);
    this.#admission = new Admission(intake, this.#refusals, settings);
    this.#protocol = protocolFor(key, this.#admission, {
      nowMs: clock.nowMs(),
      plain: new KnownPlainRows(intake, this.#admission),
      onNote,
      settings,
    });
    this.#rate = new MinuteRate(clock.elapsedMs());
  }

  /** Whether the protocol is spoken over TCP. */
  get hasStreams(): boolean {
    return this.#protocol.openStream !== undefined;
  }

  get multicastGroups(): MulticastGroups | undefined {
    return this.#protocol.multicastGroups;
  }

  /** Whether the protocol is spoken over UDP. */
  get hasDatagrams(): boolean {
    return this.#protocol.readDatagram !== undefined;
  }

  /** @param reply  sends text to the peer, in protocols that answer; may drop it */
  openStream(reply: (text: string) => void): StreamReader {
    assert(this.#protocol.openStream !== undefined, "the protocol is spoken over TCP");
    return this.#protocol.openStream(reply);
  }

  /** How often `flush` is to be called; undefined where nothing is gathered. */
  get flushEveryMs(): number | undefined {
    return this.#protocol.flush?.everyMs;
  }

  /** Writes what the protocol gathered as samples of this moment. */
  flush(): void {
    const acceptedBefore = this.#begin();
    this.#protocol.flush?.run(this.#clock.nowMs());
    this.#end(acceptedBefore);
  }

  /** @returns false where the connection cannot be read any further */
  readChunk(stream: StreamReader, bytes: Uint8Array): boolean {
    const acceptedBefore = this.#begin();
    const isIntact = stream.push(bytes);
    this.#end(acceptedBefore);
    return isIntact;
  }

  endStream(stream: StreamReader): void {
    const acceptedBefore = this.#begin();
    stream.end();
    this.#end(acceptedBefore);
  }

  readDatagram(bytes: Uint8Array): void {
    assert(this.#protocol.readDatagram !== undefined, "the protocol is spoken over UDP");
    const acceptedBefore = this.#begin();
    this.#protocol.readDatagram(bytes);
    this.#end(acceptedBefore);
  }

  /**
   * Reads a whole piece of input by a reader of the caller's, and tells what came of it.
   *
   * @param exampleCountMax  of refusals that are told one by one
   */
  readWhole<Value>(
    read: (sink: RowSink<RefusalReason>) => Value,
    exampleCountMax = 0,
  ): InputReport<Value> {
    this.#refusals.gather(exampleCountMax);
    const refusedBefore = this.#refusals.counts();
    const acceptedBefore = this.#begin();
    const value = read(this.#admission);
    this.#end(acceptedBefore);
    const refusals = this.#refusals
      .report()
      .map((entry) => ({ ...entry, count: entry.count - (refusedBefore.get(entry.reason) ?? 0) }))
      .filter(({ count }) => count > 0);
    return {
      value,
      acceptedCount: this.#admission.acceptedCount - acceptedBefore,
      refusals,
      examples: this.#refusals.takeGathered(),
    };
  }

  /** A datagram, or a body, came while the intake had no room. */
  dropDatagram(): void {
    this.#droppedCount += 1;
  }

  refusePeer(reason: ConnectionFault, peer: string): void {
    this.#refusals.countPeer(reason, this.#clock.nowMs(), peer);
  }

  stats(): Omit<SourceStats, "addresses" | "problem" | "clientCount" | "pausedClientCount"> {
    return {
      protocol: this.key,
      acceptedCount: this.#admission.acceptedCount,
      ratePerSecond: this.#rate.perSecond(this.#clock.elapsedMs()),
      lastSampleMs: this.#lastSampleMs,
      droppedCount: this.#droppedCount,
      refusals: this.#refusals.report(),
    };
  }

  #begin(): number {
    this.#admission.begin(this.#clock.nowMs());
    return this.#admission.acceptedCount;
  }

  #end(acceptedBefore: number): void {
    const acceptedCount = this.#admission.acceptedCount - acceptedBefore;
    if (acceptedCount === 0) return;
    this.#lastSampleMs = this.#clock.nowMs();
    this.#rate.add(acceptedCount, this.#clock.elapsedMs());
  }
}
