/** A strip above the page once there is little room for more metrics, or none. */
import type { JSX } from "preact";
import { roomTrouble } from "../lib/room-words.ts";
import { liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";
import { TroubleBanner } from "./trouble-banner.tsx";

export function RoomBanner(): JSX.Element | null {
  const summary = useStore(liveStore, (live) => live.summary);
  const trouble = roomTrouble(summary?.room ?? null);
  return <TroubleBanner trouble={trouble} more="What takes the room" />;
}
