/** A strip above the page while the machines that keep the samples are away, or are being read. */
import type { JSX } from "preact";
import { remoteTrouble } from "../lib/remote-words.ts";
import { liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";
import { TroubleBanner } from "./trouble-banner.tsx";

export function RemoteBanner(): JSX.Element | null {
  const summary = useStore(liveStore, (live) => live.summary);
  const trouble = summary === null ? undefined : remoteTrouble(summary.remote, summary.now);
  return <TroubleBanner trouble={trouble} more="Status" />;
}
