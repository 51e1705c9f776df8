/**
 * The time, as the server has it: ages tick by it and graphs end at it. The browser's own clock may
 * be minutes off, so every summary corrects it.
 */
import { Store, useStore } from "./store.ts";

let aheadSeconds = 0;

export const nowStore = new Store(nowSeconds());

/** Unix seconds on the server's clock. */
export function nowSeconds(): number {
  return Date.now() / 1000 - aheadSeconds;
}

/** @param serverNow  Unix seconds, just received; a difference below 2 s is the way, not the clock */
export function correctClock(serverNow: number): void {
  const difference = Date.now() / 1000 - serverNow;
  aheadSeconds = Math.abs(difference) < 2 ? 0 : difference;
}

export function startTicking(): void {
  setInterval(() => {
    nowStore.set(Math.floor(nowSeconds()));
  }, 1000);
}

/** The time rounded down to `stepSeconds`: a component renders only as often as it shows a change. */
export function useNow(stepSeconds = 1): number {
  return useStore(nowStore, (now) => Math.floor(now / stepSeconds) * stepSeconds);
}
