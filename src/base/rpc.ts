/**
 * Questions and answers between two threads over one message port.
 *
 *     { kind: "ask",    id, method, input }  →
 *                                            ←  { kind: "answer", id, value } | { kind: "failure", id, message, code }
 *     { kind: "tell",   method, input }      →   no answer
 *
 * Both sides may ask. What travels is copied by the structured clone; buffers named in a transfer
 * list move instead, and then belong to the other side.
 */
import { assert } from "./assert.ts";

/** What this needs of a MessagePort, a Worker or parentPort. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** A value with the buffers that move with it. */
export class Transferred<T> {
  readonly value: T;
  readonly buffers: ArrayBuffer[];

  constructor(value: T, buffers: ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** The other thread could not answer; its message is kept, and its code where it had one. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Says something that wants no answer; works before there is an Rpc on this side. */
export function tell(
  endpoint: Pick<MessageEndpoint, "postMessage">,
  method: string,
  input: unknown,
  transfer?: ArrayBuffer[],
): void {
  endpoint.postMessage({ kind: "tell", method, input }, transfer);
}

type Handler = (input: never) => unknown;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Message =
  | { readonly kind: "ask"; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly kind: "tell"; readonly method: string; readonly input: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | {
      readonly kind: "failure";
      readonly id: number;
      readonly message: string;
      readonly code: string | undefined;
    };

export class Rpc {
  readonly #endpoint: MessageEndpoint;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closedBy: Error | undefined;
  #heldBy: (() => Error) | undefined;

  /** @param handlers  by method; a handler may return a promise, or a `Transferred` value */
  constructor(endpoint: MessageEndpoint, handlers: Readonly<Record<string, Handler>> = {}) {
    this.#endpoint = endpoint;
    this.#handlers = new Map(Object.entries(handlers));
    endpoint.on("message", (message) => {
      this.#receive(message as Message);
    });
  }

  /** Rejects with a RemoteError when the handler on the other side fails. */
  ask<Output>(method: string, input?: unknown, transfer?: ArrayBuffer[]): Promise<Output> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    if (this.#heldBy !== undefined) return Promise.reject(this.#heldBy());
    const id = this.#nextId++;
    return new Promise<Output>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#endpoint.postMessage({ kind: "ask", id, method, input }, transfer);
    });
  }

  tell(method: string, input: unknown, transfer?: ArrayBuffer[]): void {
    if (this.#closedBy !== undefined) return;
    tell(this.#endpoint, method, input, transfer);
  }

  /** Fails what is asked from now on, each with its own error, until `release`. */
  hold(reasonNow: () => Error): void {
    this.#heldBy = reasonNow;
  }

  release(): void {
    this.#heldBy = undefined;
  }

  /** Fails all that waits and all that is asked later: the other thread is gone. */
  close(reason: Error): void {
    this.#closedBy = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "ask":
        void this.#answer(message.id, message.method, message.input);
        return;
      case "tell":
        this.#handler(message.method)(message.input as never);
        return;
      case "answer":
        this.#settle(message.id)?.resolve(message.value);
        return;
      case "failure":
        this.#settle(message.id)?.reject(new RemoteError(message.message, message.code));
    }
  }

  async #answer(id: number, method: string, input: unknown): Promise<void> {
    try {
      const value: unknown = await this.#handler(method)(input as never);
      if (value instanceof Transferred) {
        const moved = value as Transferred<unknown>;
        this.#endpoint.postMessage({ kind: "answer", id, value: moved.value }, moved.buffers);
      } else this.#endpoint.postMessage({ kind: "answer", id, value });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#endpoint.postMessage({
        kind: "failure",
        id,
        message: `${method}: ${message}`,
        code: codeOf(error),
      });
    }
  }

  #handler(method: string): Handler {
    const handler = this.#handlers.get(method);
    assert(handler !== undefined, `the other thread handles "${method}"`);
    return handler;
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
