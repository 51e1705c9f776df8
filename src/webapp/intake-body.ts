/**
 * The body of a sender's request: read up to a limit, handed to the intake, its outcome in words.
 *
 * What all senders' bodies hold until they are read is bounded: a request that finds no room is told
 * to come back, as one that finds the shards busy is. The routes put what is said here in the form of
 * their protocol.
 */
import type { BodyCounts, BodyFault, BodyIntake, BodyKind, BodyPrecision } from "../model/index.ts";
import { withDeadline } from "./deadline.ts";
import { quoted, type WebappContext } from "./fault.ts";
import { tooLarge } from "./json-body.ts";
import type { WebappLimits } from "./parts.ts";
import { ruleFor } from "./route-rules.ts";

/** Nothing was taken of a body. */
export interface IntakeFailure {
  readonly status: 400 | 413 | 415 | 501 | 503;
  /** Whole sentence for a person. */
  readonly message: string;
}

export type IntakeResult =
  | { readonly ok: true; readonly counts: BodyCounts }
  | { readonly ok: false; readonly failure: IntakeFailure };

export type SenderBody =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly failure: IntakeFailure };

export interface TakeOptions {
  readonly kind: BodyKind;
  readonly precision?: BodyPrecision;
  readonly exampleCountMax?: number;
  /** What is meant where the request names no encoding; none unless given. */
  readonly encodingDefault?: string;
}

/** Rooms are free within milliseconds where they are free at all; senders wait longer by themselves. */
const retryAfterSeconds = 1;
const refusalCountMax = 5;

export class IntakeDoor {
  readonly #bodies: BodyIntake | undefined;
  readonly #limits: Pick<WebappLimits, "senderBytesMax" | "answerWaitMs">;
  #heldBytes = 0;

  constructor(
    bodies: BodyIntake | undefined,
    limits: Pick<WebappLimits, "senderBytesMax" | "answerWaitMs">,
  ) {
    this.#bodies = bodies;
    this.#limits = limits;
  }

  /** Rejects with a DeadlineError where the intake stays silent. */
  async take(context: WebappContext, options: TakeOptions): Promise<IntakeResult> {
    const { encodingDefault = "", ...asked } = options;
    const bodies = this.#bodies;
    if (bodies === undefined) {
      const message = "This Kale takes no metrics in: it runs without the role horizon.";
      return { ok: false, failure: unread(context, { status: 501, message }) };
    }
    const encoding = context.req.header("Content-Encoding") ?? encodingDefault;
    const held = new HeldRoom(this);
    let work: ReturnType<BodyIntake["take"]> | undefined;
    try {
      const read = await readSenderBody(context, held);
      if (!read.ok) return read;
      work = bodies.take({ ...asked, body: read.bytes, encoding });
    } finally {
      if (work === undefined) held.release();
    }
    // An answer that comes too late for the sender still gives the room back.
    const released = work.finally(() => {
      held.release();
    });
    const outcome = await withDeadline(released, "the intake", this.#limits.answerWaitMs);
    if (outcome.isRead) return { ok: true, counts: outcome.counts };
    return { ok: false, failure: failureOf(context, outcome.fault, encoding) };
  }

  /**
   * Waits until what was taken before is durable; rejects with a DeadlineError where that takes
   * longer than is waited.
   */
  async sync(waitMs: number): Promise<void> {
    const work = this.#bodies?.sync?.() ?? Promise.resolve();
    await withDeadline(work, "the store", Math.min(waitMs, this.#limits.answerWaitMs));
  }

  /** @returns whether there is room for so many bytes more; they are held then */
  hold(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#limits.senderBytesMax) return false;
    this.#heldBytes += bytes;
    return true;
  }

  letGo(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}

/** What one request holds of the door's room. */
class HeldRoom {
  readonly #door: IntakeDoor;
  #bytes = 0;

  constructor(door: IntakeDoor) {
    this.#door = door;
  }

  add(bytes: number): boolean {
    if (!this.#door.hold(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  release(): void {
    this.#door.letGo(this.#bytes);
    this.#bytes = 0;
  }
}

/**
 * Reads a body up to what the table of rules allows.
 *
 * @param room  asked for each piece; without one there is no other limit
 * @returns bytes with a buffer of their own, which may be moved to another thread
 */
export async function readSenderBody(
  context: WebappContext,
  room?: { add(bytes: number): boolean },
): Promise<SenderBody> {
  const bytesMax = ruleFor(context.req.method, context.req.path)?.bodyBytesMax ?? 0;
  const refuse = (failure: IntakeFailure): SenderBody => {
    return { ok: false, failure: unread(context, failure) };
  };
  const long = { status: 413, message: tooLarge(bytesMax).message } as const;
  if (Number(context.req.header("Content-Length") ?? 0) > bytesMax) return refuse(long);
  const body: ReadableStream<Uint8Array> | null = context.req.raw.body;
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of body ?? []) {
      length += piece.length;
      if (length > bytesMax) return refuse(long);
      if (room?.add(piece.length) === false) {
        return refuse(busy(context, "Too many bodies wait to be read."));
      }
      pieces.push(piece);
    }
  } catch {
    return refuse({ status: 400, message: "The body ended before its end." });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { ok: true, bytes };
}

/** What is left of the body is not read, so that the connection cannot go on. */
function unread(context: WebappContext, failure: IntakeFailure): IntakeFailure {
  context.header("Connection", "close");
  return failure;
}

function busy(context: WebappContext, message: string): IntakeFailure {
  context.header("Retry-After", String(retryAfterSeconds));
  return { status: 503, message: `${message} Send it again later.` };
}

function failureOf(context: WebappContext, fault: BodyFault, encoding: string): IntakeFailure {
  switch (fault) {
    case "busy":
      return busy(context, "The shards have no room.");
    case "unknown-encoding": {
      const allowed = "gzip, deflate, zstd, snappy";
      const message = `The content encoding is ${quoted(encoding)}; allowed: ${allowed}.`;
      return { status: 415, message };
    }
    case "bad-encoding":
      return { status: 400, message: `The body is no sound ${encoding}.` };
    case "long-body":
      return { status: 413, message: "The body unpacks to more than is taken here." };
  }
}

/** E.g. `3 refused: too-old (2, the last: "m 1 0"), bad-value (1, the last: "m x")`. */
export function refusalText({ refusals, refusedPieceCount, isIntact }: BodyCounts): string {
  const reasons = refusals
    .slice(0, refusalCountMax)
    .map(
      ({ reason, count, lastExample }) => `${reason} (${count}, the last: ${quoted(lastExample)})`,
    );
  const head = isIntact ? `${refusedPieceCount} refused` : "The body is broken";
  return reasons.length === 0 ? head : `${head}: ${reasons.join(", ")}`;
}

/** Whether all that the sender should care for was taken. */
export function isAllTaken({ isIntact, refusedPieceCount, refusals }: BodyCounts): boolean {
  return isIntact && refusedPieceCount === 0 && refusals.length === 0;
}
