/**
 * SIGTERM, SIGINT and SIGHUP: the first asks to drain and end, a second one ends at once.
 *
 * A SIGINT within 300 ms of another is the same key press: npm passes on to its child what the
 * terminal has already sent to it.
 */
import type { Clock } from "../base/clock.ts";

const samePressMs = 300;
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
export type StopSignal = (typeof signals)[number];

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface StopSignals {
  /** Resolves with the first signal. */
  readonly asked: Promise<StopSignal>;
  /** Leaves the signals to the process again. */
  release(): void;
}

/** @param endAtOnce  called at the second signal with the exit status, 128 + the signal's number */
export function listenForStop(
  source: SignalSource,
  clock: Clock,
  endAtOnce: (status: number) => void,
): StopSignals {
  const numbers: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  let resolve: (signal: StopSignal) => void;
  const asked = new Promise<StopSignal>((settle) => (resolve = settle));
  let first: { readonly signal: StopSignal; readonly atMs: number } | undefined;
  const listener = (signal: StopSignal): void => {
    const atMs = clock.elapsedMs();
    if (first === undefined) {
      first = { signal, atMs };
      resolve(signal);
      return;
    }
    const isSamePress =
      signal === "SIGINT" && first.signal === "SIGINT" && atMs - first.atMs < samePressMs;
    if (!isSamePress) endAtOnce(128 + numbers[signal]);
  };
  for (const signal of signals) source.on(signal, listener);
  return {
    asked,
    release: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
