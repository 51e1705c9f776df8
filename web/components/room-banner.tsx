/** A strip above the page once there is little room for more metrics, or none. */
import type { JSX } from "preact";
import { roomTrouble } from "../lib/room-words.ts";
import { liveStore } from "../state/live.ts";
import { useStore } from "../state/store.ts";

export function RoomBanner(): JSX.Element | null {
  const summary = useStore(liveStore, (live) => live.summary);
  const trouble = roomTrouble(summary?.room ?? null);
  if (trouble === undefined) return null;
  return (
    <div class="banner" role="status">
      <p>
        <strong>
          <span aria-hidden="true">▲ </span>
          {trouble.title}
        </strong>{" "}
        {trouble.words}{" "}
        <a class="link" href="/status">
          What takes the room
        </a>
      </p>
    </div>
  );
}
